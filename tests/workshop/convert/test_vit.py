"""Vision transformers: our model with the weights of Hugging Face or torchvision has their hidden states and logits."""

import pytest
import torch
from torchvision.models import vit_b_16
from torchvision.models.vision_transformer import VisionTransformer

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.workshop.convert import HubCheckpoint, vit_from_torchvision
from tests.parity import D_FF, D, H, assert_near, shake
from tests.workshop.convert.hugging_face import NEAR, assert_all_near, one_of_each_kind
from tests.workshop.convert.llm_twins import saved
from tests.workshop.convert.vision_twins import pictures, their_vit, their_vit_model


def ours(model, folder):
    return HubCheckpoint(saved(model, folder)).model()


@torch.no_grad()
@pytest.mark.parametrize("changes", [{}, {"hidden_act": "gelu_new"}, {"num_channels": 1}, {"layer_norm_eps": 1e-3}])
def test_logits_equal_those_of_vit_for_image_classification(changes, tmp_path):
    model, pixels = their_vit(**changes), pictures()[:, : changes.get("num_channels", 3)]
    assert_near(ours(model, tmp_path)(pixels), model(pixels).logits, NEAR)


@torch.no_grad()
def test_hidden_states_equal_those_of_vit_model(tmp_path):
    model, pixels = their_vit_model(), pictures()
    tower = ours(model, tmp_path).tower
    expected = model(pixels, output_hidden_states=True)
    assert_all_near([tower.hidden(pixels, count) for count in range(4)], expected.hidden_states)
    assert_near(tower(pixels), expected.last_hidden_state[:, 0], NEAR)
    assert_near(tower.norm(tower.hidden(pixels)), expected.last_hidden_state, NEAR)
    assert_near(tower.features(pixels), expected.hidden_states[-2][:, 1:], NEAR)


@torch.no_grad()
def test_attention_weights_equal_those_of_vit_model(tmp_path):
    model, pixels = their_vit_model(), pictures()
    tower = ours(model, tmp_path).tower
    with record_attention(tower) as maps:
        tower.hidden(pixels)
    assert_near(maps.weights("encoder"), torch.stack(model(pixels, output_attentions=True).attentions), NEAR)


def test_classes_have_the_names_of_the_config_and_each_its_own(tmp_path):
    named = {0: "cat", 1: "crane", 2: "dog", 3: "crane"}
    assert ours(their_vit(id2label=named, num_labels=4), tmp_path / "a").config.classes == (
        "cat",
        "crane",
        "dog",
        "crane (3)",
    )
    assert ours(their_vit(), tmp_path / "b").config.classes == tuple(f"LABEL_{i}" for i in range(7))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "relu"}, "knows hidden_act = gelu, .*, the checkpoint has relu"),
        ({"qkv_bias": False}, "qkv_bias = True, the checkpoint has False"),
        ({"image_size": (20, 25)}, r"reads square pictures and patches, the checkpoint has image_size = \[20, 25\]"),
    ],
)
def test_what_our_model_cannot_have_is_refused_by_name(changes, message, tmp_path):
    with pytest.raises(CourseError, match=message):
        ours(their_vit(**changes), tmp_path)


def their_torchvision(**changes):
    sizes = {"image_size": 20, "patch_size": 5, "num_layers": 3, "num_heads": H, "hidden_dim": D, "mlp_dim": D_FF}
    return shake(VisionTransformer(**(sizes | {"num_classes": 7} | changes))).eval()


@torch.no_grad()
def test_logits_equal_those_of_a_small_torchvision_model():
    model, pixels = their_torchvision(), torch.randn(5, 3, 20, 20)
    converted = vit_from_torchvision(model.state_dict(), num_heads=H)
    assert_near(converted(pixels), model(pixels), NEAR)
    assert converted.config.classes == tuple("0123456")
    named = vit_from_torchvision(model.state_dict(), num_heads=H, classes=list("abcdefg"))
    assert named.config.classes == tuple("abcdefg")


@pytest.mark.slow  # it has 86 million parameters
@torch.no_grad()
def test_logits_equal_those_of_vit_b_16():
    model, picture = shake(vit_b_16(weights=None)).eval(), torch.randn(1, 3, 224, 224)
    converted = vit_from_torchvision(model.state_dict())
    assert converted.num_parameters() == 86_567_656
    assert_near(converted(picture), model(picture), NEAR)


def test_files_of_torchvision_have_older_names():
    state = their_torchvision().state_dict()
    old = {name.replace("mlp.0.", "mlp.linear_1.").replace("mlp.3.", "mlp.linear_2."): t for name, t in state.items()}
    assert old.keys() != state.keys()
    converted, expected = (vit_from_torchvision(tensors, H).state_dict() for tensors in (old, state))
    assert all(torch.equal(converted[name], expected[name]) for name in expected)


def test_a_tensor_of_torchvision_that_is_misshapen_or_not_finite_is_refused_whatever_its_kind():
    state, misshapen = their_torchvision().state_dict(), "should have the shape|must be a multiple|make no square"
    for name in one_of_each_kind(state):
        tensor, damaged = state[name], state[name].clone()
        damaged.view(-1)[-1] = torch.nan
        for wrong, message in [(damaged, f"{name} contains NaN"), (torch.cat([tensor, tensor[:1]]), misshapen)]:
            with pytest.raises(CourseError, match=message):
                vit_from_torchvision(state | {name: wrong}, H)


def test_a_tensor_of_torchvision_that_is_missing_or_too_many_is_named_whatever_its_kind():
    state = their_torchvision().state_dict()
    for name in one_of_each_kind(state):
        with pytest.raises(CourseError, match=rf"has no tensor {name}|has no place for"):
            vit_from_torchvision({other: tensor for other, tensor in state.items() if other != name}, H)
    with pytest.raises(CourseError, match="has no place for adapter"):
        vit_from_torchvision(state | {"adapter": torch.zeros(2)}, H)
    short = state["encoder.pos_embedding"][:, :-1]
    with pytest.raises(CourseError, match="has 15 patches, which make no square picture"):
        vit_from_torchvision(state | {"encoder.pos_embedding": short}, H)
