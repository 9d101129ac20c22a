"""What both towers of a `Clip` share: torch's pre-norm layers, and one position computed alone."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models.towers import check_activation, encoder_layers, read_one
from course_lib.nn import causal_mask
from tests.models.tiny import tiny_text_config
from tests.parity import B, T, assert_near, assert_same_function, encoder_layer_twin, shake

CONFIG = tiny_text_config()


def test_the_layers_equal_torchs_with_the_norm_first(tolerance):
    layers, x = shake(encoder_layers(CONFIG)).eval(), torch.randn(B, T, CONFIG.d_model, requires_grad=True)
    assert len(layers) == CONFIG.num_layers
    for layer in layers:
        assert_same_function(layer(x), encoder_layer_twin(layer)(x), [x, *layer.parameters()], tolerance)


@pytest.mark.parametrize("position", range(T))
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "causal"])
def test_one_position_alone_equals_that_position_of_the_whole_layer(masked, position, tolerance):
    layer, x = shake(encoder_layers(CONFIG)[0]).eval(), torch.randn(B, T, CONFIG.d_model)
    mask = causal_mask(torch.arange(T)) if masked else None
    one = read_one(layer, x[:, position : position + 1], x, mask[position : position + 1] if masked else None)
    assert_near(one, layer(x, mask)[:, position], tolerance)


def test_an_unknown_activation_is_refused_with_those_there_are():
    with pytest.raises(CourseError, match="activation must be one of silu, .* got 'relu'"):
        check_activation("relu")
