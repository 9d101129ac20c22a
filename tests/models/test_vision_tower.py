"""The vision tower: one vector for a picture, or one for each patch of it."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import VisionConfig
from course_lib.nn import record_attention
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_vision_tower
from tests.parity import B, D, H, assert_near

each_pooling = pytest.mark.parametrize("pooling", ["class", "attention"])


def pictures(count=B):
    return torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE)


@each_pooling
def test_a_picture_is_one_vector_or_one_for_each_patch(pooling):
    tower, pixels = tiny_vision_tower(pooling=pooling), pictures()
    assert tower(pixels).shape == (B, D)
    assert tower.features(pixels).shape == (B, PATCHES, D)
    assert tower.hidden(pixels).shape == (B, PATCHES + (pooling == "class"), D)


def test_the_vector_of_a_picture_is_the_class_token_behind_the_last_layer(tolerance):
    tower, pixels = tiny_vision_tower(), pictures()
    assert_near(tower(pixels), tower.norm(tower.hidden(pixels))[:, 0], tolerance)


@each_pooling
def test_a_change_in_any_patch_moves_the_vector(pooling):
    tower, pixels = tiny_vision_tower(pooling=pooling), pictures(1)
    before = tower(pixels)
    for row in range(4):
        for column in range(4):
            changed = pixels.clone()
            changed[..., 5 * row + 2, 5 * column + 3] += 3.0
            assert not torch.isclose(tower(changed), before).any()


def test_without_positions_the_order_of_the_patches_does_not_matter(tolerance):
    tower = tiny_vision_tower(image_size=20)
    pixels = torch.randn(B, 3, 20, 20)
    upside_down = pixels.unflatten(2, (4, 5)).flip(2).flatten(2, 3)  # the rows of patches in reverse order
    assert not torch.isclose(tower(upside_down), tower(pixels)).all(-1).any()
    with torch.no_grad():
        tower.positions.table.zero_()
    assert_near(tower(upside_down), tower(pixels), tolerance)


@each_pooling
def test_features_are_those_of_the_layer_asked_for(pooling):
    tower, pixels = tiny_vision_tower(pooling=pooling), pictures()
    first = int(pooling == "class")
    for count in range(4):
        expected = tower.hidden(pixels, count)[:, first:]
        assert torch.equal(tower.features(pixels, count), expected)
        assert torch.equal(tower.features(pixels, count - 4), expected)
    assert torch.equal(tower.features(pixels), tower.hidden(pixels, 2)[:, first:])


def test_layers_behind_the_features_do_not_run():
    tower = tiny_vision_tower()
    ran = []
    for i, layer in enumerate(tower.layers):
        layer.register_forward_hook(lambda *call, i=i: ran.append(i))
    tower.features(pictures())
    assert ran == [0, 1]


@pytest.mark.parametrize("layer", [4, -5])
def test_a_layer_that_is_not_there_is_refused(layer):
    with pytest.raises(CourseError, match=f"layer must be from -4 to 3, got {layer}"):
        tiny_vision_tower().features(pictures(), layer)


def test_attention_is_recorded_over_the_class_token_and_the_patches():
    tower = tiny_vision_tower()
    with record_attention(tower) as maps:
        tower.hidden(pictures())
    weights = maps.weights("encoder")
    assert weights.shape == (3, B, H, PATCHES + 1, PATCHES + 1)
    assert_near(weights.sum(-1), torch.ones(weights.shape[:-1]), 1e-5)


def test_a_picture_of_another_size_or_with_other_channels_is_refused():
    with pytest.raises(CourseError, match="images must have 23 x 23 pixels, got 23 x 29"):
        tiny_vision_tower()(torch.randn(B, 3, 23, 29))
    with pytest.raises(CourseError, match=r"images must have .* \(3 channels\), got \(2, 1, 23, 23\)"):
        tiny_vision_tower()(torch.randn(B, 1, 23, 23))
    with pytest.raises(CourseError, match="smaller than a patch, 5 x 5 pixels, got 3 x 3"):
        tiny_vision_tower()(torch.randn(B, 3, 3, 3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patch_size": 65}, "patch_size must be from 1 to 64, the image_size, got 65"),
        ({"patch_size": 0}, "patch_size must be from 1 to 64, the image_size, got 0"),
        ({"pooling": "mean"}, "pooling must be one of class, attention, got 'mean'"),
        ({"activation": "relu"}, "activation must be one of silu, gelu_tanh, gelu, quick_gelu, got 'relu'"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(changes, message):
    with pytest.raises(CourseError, match=message):
        VisionConfig(**changes)
