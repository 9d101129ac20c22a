"""Clip: pictures and captions as unit vectors of one space."""

import math

import pytest
import torch

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from course_lib.models import load_model, save_model
from tests.models.test_text_tower import TOKENS
from tests.models.tiny import IMAGE_SIZE, JOINT, tiny_clip
from tests.parity import D, assert_near
from tests.toys import toy_tokenizer

SIGLIP = {"vision": {"pooling": "attention"}, "text": {"end_id": None}, "d_joint": D, "bias": -10.0, "text_bias": True}
both = pytest.mark.parametrize("changes", [{}, SIGLIP], ids=["CLIP", "SigLIP"])


def pictures(count):
    return torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE)


@both
def test_pictures_and_captions_are_unit_vectors_of_one_space(changes):
    model = tiny_clip(**changes)
    images, texts = model.encode_images(pictures(5)), model.encode_texts(TOKENS)
    joint = changes.get("d_joint", JOINT)
    assert (images.shape, texts.shape) == ((5, joint), (3, joint))
    assert_near(torch.cat([images, texts]).norm(dim=1), torch.ones(8), 1e-6)


@both
def test_logits_are_scaled_cosines(changes):
    model, pixels = tiny_clip(**changes), pictures(5)
    pairing = model(pixels, TOKENS)
    assert pairing.logits.shape == (5, 3)
    cosines = torch.cosine_similarity(pairing.images[:, None], pairing.texts[None], dim=-1)
    bias = 0.0 if model.bias is None else model.bias
    assert_near(pairing.logits, cosines * model.log_scale.exp() + bias, 1e-5)


def test_the_scale_and_the_bias_start_where_the_config_says():
    model = type(tiny_clip())(tiny_clip(scale=10.0, bias=-10.0).config)
    assert_near(model.log_scale, torch.tensor(math.log(10.0)), 1e-6)
    assert model.bias.item() == -10.0
    assert tiny_clip().bias is None


def test_a_tower_that_pools_by_attention_needs_no_linear_layer_behind():
    model, pixels = tiny_clip(**SIGLIP), pictures(2)
    assert_near(model.encode_images(pixels), torch.nn.functional.normalize(model.vision(pixels), dim=-1), 1e-6)
    with pytest.raises(CourseError, match=f"d_model must equal d_joint, 29, .* got {D}"):
        tiny_clip(**(SIGLIP | {"d_joint": 29}))


@both
def test_a_loaded_model_has_the_logits_of_the_saved_one(changes, tmp_path):
    text = changes.get("text", {}) | {"vocab_size": len(toy_tokenizer())}
    model, pixels = tiny_clip(**(changes | {"text": text})), pictures(5)
    save_model(model, tmp_path, toy_tokenizer(), processor := ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))
    loaded, tokenizer, its_processor = load_model(tmp_path)
    assert torch.equal(loaded(pixels, TOKENS).logits, model(pixels, TOKENS).logits)
    assert loaded.config == model.config
    assert len(tokenizer) == len(toy_tokenizer())
    assert its_processor == processor


def test_a_tokenizer_of_another_vocabulary_is_refused(tmp_path):
    save_model(tiny_clip(), tmp_path, toy_tokenizer(), ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))
    with pytest.raises(CourseError, match="must have 17 tokens, as many as the model, got 300"):
        load_model(tmp_path)
