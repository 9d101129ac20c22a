"""Zero-shot classes and retrieval: by the nearest caption, whatever the number of captions."""

import numpy as np
import pytest
import torch

from course_lib.data import ImageProcessor, Tokenizer
from course_lib.errors import CourseError
from course_lib.evaluation import best_class, class_vectors, encode_captions, encode_pictures, recall_at_1
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig

TEXTS = ("a picture of a dog", "a drawing of an owl", "one", "a dog and an owl and another dog")


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 300)


@pytest.fixture(scope="module")
def model(tokenizer):
    torch.manual_seed(0)
    vision = VisionConfig(image_size=10, patch_size=5, d_model=12, d_ff=14, num_heads=2, num_layers=1)
    text = TextConfig(vocab_size=len(tokenizer), d_model=12, d_ff=14, num_heads=2, num_layers=1, max_length=17)
    return Clip(ClipConfig(vision=vision, text=text, d_joint=7)).eval()


def test_captions_become_unit_vectors_whatever_is_encoded_with_them(model, tokenizer):
    together = encode_captions(model, tokenizer, TEXTS)
    assert together.shape == (4, 7)
    assert together.norm(dim=1).tolist() == pytest.approx([1.0] * 4, abs=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        assert torch.allclose(encode_captions(model, tokenizer, [text])[0], vector, atol=1e-5)


def test_pictures_become_unit_vectors_however_many_at_once(model):
    processor = ImageProcessor(size=(10, 10))
    pictures = [np.full((11 + i, 13, 3), 20 * i, dtype=np.uint8) for i in range(5)]
    vectors = encode_pictures(model, processor, pictures)
    assert vectors.norm(dim=1).tolist() == pytest.approx([1.0] * 5, abs=1e-5)
    assert torch.allclose(encode_pictures(model, processor, pictures, at_once=2), vectors, atol=1e-5)


def test_a_class_is_its_name_with_its_article_in_the_template(model, tokenizer):
    dog, owl = class_vectors(model, tokenizer, ["dog", "owl"], ["a picture of {}"])
    expected = encode_captions(model, tokenizer, ["a picture of a dog", "a picture of an owl"])
    assert torch.allclose(torch.stack([dog, owl]), expected, atol=1e-5)


def test_several_templates_are_averaged_to_a_unit_vector(model, tokenizer):
    both = class_vectors(model, tokenizer, ["dog"], ["a picture of {}", "{}"])
    mean = encode_captions(model, tokenizer, ["a picture of a dog", "a dog"]).mean(dim=0)
    assert torch.allclose(both[0], mean / mean.norm(), atol=1e-5)


@pytest.mark.parametrize(
    ("classes", "complaint"), [([], r"got \[\]"), (["dog", "dog"], '"dog" must be listed only once, got 2 times')]
)
def test_bad_lists_of_classes_are_refused(model, tokenizer, classes, complaint):
    with pytest.raises(CourseError, match=complaint):
        class_vectors(model, tokenizer, classes)


def test_a_caption_that_is_too_long_is_refused(model, tokenizer):
    with pytest.raises(CourseError, match="a caption must have at most 17 tokens, got 19; shorten it: 'one one"):
        encode_captions(model, tokenizer, ["one " * 17 + "one"])


def test_the_nearest_vector_of_a_class_counts():
    images = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    one, two = torch.tensor([[1.0, 0.0], [0.8, 0.6]]), torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
    assert best_class(images, one).tolist() == [0, 1, 1]
    assert best_class(images, one, two).tolist() == [0, 0, 1]


def test_recall_counts_rows_and_columns_apart():
    images = torch.eye(3)
    texts = torch.tensor([[1.0, 0.0, 0.0], [0.9, 0.4, 0.0], [0.0, 0.0, 1.0]])
    recall = recall_at_1(images, texts)
    assert (recall.captions, recall.pictures) == (1.0, pytest.approx(2 / 3))


def test_a_caption_that_another_picture_has_too_is_no_wrong_answer():
    images = torch.tensor([[0.8, 0.6], [1.0, 0.0], [0.0, 1.0]])
    texts = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8]])
    same = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    assert recall_at_1(images, texts) == pytest.approx((1 / 3, 1 / 3))
    assert recall_at_1(images, texts, same) == pytest.approx((2 / 3, 2 / 3))
