"""CLIP and SigLIP: our model with Hugging Face's weights has Hugging Face's vectors, logits and losses."""

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPImageProcessor

from course_lib.errors import CourseError
from course_lib.nn import record_attention
from course_lib.objectives import contrastive, sigmoid_contrastive
from course_lib.workshop.convert import HubCheckpoint
from tests.data.test_image_processor import noise
from tests.parity import D, assert_near
from tests.workshop.convert.hugging_face import NEAR, assert_all_near
from tests.workshop.convert.llm_twins import saved
from tests.workshop.convert.test_hub import WEIGHTS, change
from tests.workshop.convert.vision_twins import (
    IMAGE_SIZE,
    LENGTH,
    captions,
    pictures,
    their_clip,
    their_siglip,
    their_vit,
)

MAKERS = {"vit": their_vit, "clip": their_clip, "siglip": their_siglip}
each_family = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
both = pytest.mark.parametrize("make", [their_clip, their_siglip], ids=["clip", "siglip"])


def ours(model, folder):
    return HubCheckpoint(saved(model, folder)).model()


@torch.no_grad()
@both
def test_vectors_and_logits_equal_theirs(make, tmp_path):
    model, pixels, tokens = make(), pictures(), captions()
    pairing, expected = ours(model, tmp_path)(pixels, tokens), model(input_ids=tokens, pixel_values=pixels)
    assert_near(pairing.images, expected.image_embeds, NEAR)
    assert_near(pairing.texts, expected.text_embeds, NEAR)
    assert_near(pairing.logits, expected.logits_per_image, NEAR)


@torch.no_grad()
@pytest.mark.parametrize(
    ("make", "loss"), [(their_clip, contrastive), (their_siglip, sigmoid_contrastive)], ids=["clip", "siglip"]
)
def test_losses_equal_theirs(make, loss, tmp_path):
    model, pixels, tokens = make(), pictures(4), captions()
    expected = model(input_ids=tokens, pixel_values=pixels, return_loss=True).loss
    assert_near(loss(ours(model, tmp_path)(pixels, tokens).logits).mean, expected, NEAR)


@torch.no_grad()
@both
def test_hidden_states_of_all_layers_of_both_towers_equal_theirs(make, tmp_path):
    model, pixels, tokens = make(), pictures(), captions()
    converted = ours(model, tmp_path)
    theirs = model.vision_model(pixels, output_hidden_states=True).hidden_states
    assert_all_near([converted.vision.hidden(pixels, count) for count in range(4)], theirs)
    assert_near(converted.vision.features(pixels), theirs[-2][:, -16:], NEAR)
    assert_near(converted.text.hidden(tokens), model.text_model(tokens).last_hidden_state, NEAR)


@torch.no_grad()
@both
def test_attention_weights_of_both_towers_equal_theirs(make, tmp_path):
    model, pixels, tokens = make(), pictures(), captions()
    converted = ours(model, tmp_path)
    with record_attention(converted.vision) as seeing, record_attention(converted.text) as reading:
        converted.vision.hidden(pixels)
        converted.text.hidden(tokens)
    for maps, attentions in [
        (seeing.weights("encoder"), model.vision_model(pixels, output_attentions=True).attentions),
        (reading.weights("decoder"), model.text_model(tokens, output_attentions=True).attentions),
    ]:
        assert_near(maps, torch.stack(attentions), NEAR)


@torch.no_grad()
@pytest.mark.parametrize("act", ["gelu", "quick_gelu", "gelu_pytorch_tanh"])
def test_towers_may_have_activations_and_norms_of_their_own(act, tmp_path):
    model = their_clip(vision={"hidden_act": act, "layer_norm_eps": 1e-3}, text={"hidden_act": "gelu"})
    pixels, tokens = pictures(), captions()
    expected = model(input_ids=tokens, pixel_values=pixels).logits_per_image
    assert_near(ours(model, tmp_path)(pixels, tokens).logits, expected, NEAR)


@torch.no_grad()
def test_old_clips_end_a_text_at_their_largest_token(tmp_path):
    model, pixels, tokens = their_clip(text={"eos_token_id": 2}), pictures(), captions()
    converted = ours(model, tmp_path)
    assert converted.config.text.end_id == 30
    expected = model(input_ids=tokens, pixel_values=pixels).logits_per_image
    assert_near(converted(pixels, tokens).logits, expected, NEAR)


@torch.no_grad()
def test_a_folder_has_the_model_and_the_pictures_of_its_processor(tmp_path):
    model, tokens = their_clip(), captions()
    theirs = CLIPImageProcessor(size={"shortest_edge": 29}, crop_size={"height": IMAGE_SIZE, "width": IMAGE_SIZE})
    theirs.save_pretrained(tmp_path)
    checkpoint = HubCheckpoint(saved(model, tmp_path))
    pixels = theirs(images=noise(), return_tensors="pt").pixel_values
    expected = model(input_ids=tokens, pixel_values=pixels).logits_per_image
    assert_near(checkpoint.model()(checkpoint.image_processor()([noise()]), tokens).logits, expected, NEAR)


def test_where_a_config_says_nothing_it_is_as_transformers_has_it(tmp_path):
    saved(their_siglip(), tmp_path)
    for name in ("hidden_act", "layer_norm_eps"):
        config = HubCheckpoint(tmp_path).config
        towers = {tower: {k: v for k, v in config[tower].items() if k != name} for tower in TOWERS}
        change(tmp_path / "config.json", **towers)
    config = HubCheckpoint(tmp_path).model().config
    for tower in (config.vision, config.text):
        assert (tower.activation, tower.norm_eps) == ("gelu_tanh", 1e-6)


TOWERS = ("vision_config", "text_config")


@each_family
def test_weights_may_be_kept_in_bfloat16(make, tmp_path):
    model = HubCheckpoint(saved(make(), tmp_path)).model(torch.bfloat16)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_positions_that_old_checkpoints_repeat_are_left_out(tmp_path):
    saved(their_clip(), tmp_path)
    ids = {f"{tower}_model.embeddings.position_ids": torch.arange(LENGTH)[None] for tower in ("text", "vision")}
    save_file(load_file(tmp_path / WEIGHTS) | ids, tmp_path / WEIGHTS)
    assert HubCheckpoint(tmp_path).model().config.text.max_length == LENGTH


def test_a_vision_tower_without_a_head_is_refused(tmp_path):
    with pytest.raises(CourseError, match="vision_use_head = True, the checkpoint has False"):
        ours(their_siglip(vision={"vision_use_head": False}), tmp_path)


@torch.no_grad()
def test_the_text_head_of_siglip_leads_into_the_space_of_its_pictures(tmp_path):
    with pytest.raises(CourseError, match=f"d_model must equal d_joint, 22, .* got {D}"):
        ours(their_siglip(text={"projection_size": 22}), tmp_path)
