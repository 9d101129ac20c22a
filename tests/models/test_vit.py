"""Vit: a class for a picture."""

import pytest
import torch

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from course_lib.models import VitConfig, load_model, save_model
from tests.models.tiny import CLASSES, IMAGE_SIZE, PATCHES, tiny_vit
from tests.parity import D_FF, B, D, assert_near

PROCESSOR = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))


def test_a_picture_has_one_logit_for_each_class():
    model, pixels = tiny_vit(), torch.randn(B, 3, IMAGE_SIZE, IMAGE_SIZE)
    assert model(pixels).shape == (B, len(CLASSES))
    assert_near(model(pixels[1:]), model(pixels)[1:], 1e-6)


def test_the_number_of_parameters_is_that_of_the_parts():
    embedding = 3 * 5 * 5 * D + D + D + (PATCHES + 1) * D
    layer = 4 * (D * D + D) + 2 * 2 * D + (D * D_FF + D_FF) + (D_FF * D + D)
    assert tiny_vit().num_parameters() == embedding + 3 * layer + 2 * D + (D + 1) * len(CLASSES)


def test_a_loaded_model_has_the_logits_the_classes_and_the_processor_of_the_saved_one(tmp_path):
    model, pixels = tiny_vit(), torch.randn(B, 3, IMAGE_SIZE, IMAGE_SIZE)
    save_model(model, tmp_path, PROCESSOR)
    loaded, processor = load_model(tmp_path)
    assert torch.equal(loaded(pixels), model(pixels))
    assert loaded.config == model.config
    assert loaded.config.classes == CLASSES
    assert processor == PROCESSOR


def test_a_processor_for_other_pictures_is_refused(tmp_path):
    save_model(tiny_vit(), tmp_path, ImageProcessor(size=(IMAGE_SIZE, 24)))
    with pytest.raises(CourseError, match=r"\(channels, size\), \(3, \(23, 23\)\), got \(3, \(23, 24\)\)"):
        load_model(tmp_path)
    save_model(tiny_vit(), tmp_path, ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE), mean=(0.5,), std=(0.5,)))
    with pytest.raises(CourseError, match=r"\(channels, size\), \(3, .* got \(1, \(23, 23\)\)"):
        load_model(tmp_path)


def test_a_missing_processor_is_named(tmp_path):
    save_model(tiny_vit(), tmp_path)
    with pytest.raises(CourseError, match=r"preprocessor_config\.json is missing"):
        load_model(tmp_path)


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("classes", [(), None, "cat"])
def test_a_model_without_classes_is_refused(classes):
    with pytest.raises(CourseError, match="classes must be a list of one or more names, got"):
        VitConfig(classes=classes)


def test_two_classes_of_one_name_are_refused():
    with pytest.raises(CourseError, match='the class "dog" must be listed only once, got 2 times'):
        VitConfig(classes=["cat", "dog", "tree", "dog"])
