"""The image processor: from the same picture, the same tensor as transformers makes."""

import json

import numpy as np
import pytest
import torch
import transformers
from PIL import Image
from torchvision.models import ViT_B_16_Weights
from torchvision.transforms import InterpolationMode
from transformers import CLIPImageProcessor, SiglipImageProcessor, ViTImageProcessor

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from tests.photographs import photographs

GRAY = {"mean": (0.5,), "std": (0.5,)}
THEIRS = {
    "CLIP": lambda: CLIPImageProcessor(),
    "CLIP, small": lambda: CLIPImageProcessor(size={"shortest_edge": 37}, crop_size={"height": 31, "width": 29}),
    "CLIP, cropped beyond the edge": lambda: CLIPImageProcessor(
        size={"shortest_edge": 23}, crop_size={"height": 41, "width": 29}
    ),
    "ViT": lambda: ViTImageProcessor(),
    "ViT, to nearest pixels": lambda: ViTImageProcessor(size={"height": 37, "width": 53}, resample=0),
    "SigLIP": lambda: SiglipImageProcessor(size={"height": 41, "width": 29}),
    "no resizing": lambda: SiglipImageProcessor(do_resize=False),
    "no normalization": lambda: SiglipImageProcessor(do_normalize=False),
    "no rescaling": lambda: ViTImageProcessor(do_rescale=False),
    "neither": lambda: ViTImageProcessor(do_rescale=False, do_normalize=False),
}
PHOTOGRAPHS = {"lake": 0, "flower": 1}
PRESETS = {"resized to 256": ViT_B_16_Weights.IMAGENET1K_V1, "resized to 384": ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1}
each_of_theirs = pytest.mark.parametrize("make", THEIRS.values(), ids=THEIRS.keys())
each_photograph = pytest.mark.parametrize("number", PHOTOGRAPHS.values(), ids=PHOTOGRAPHS)


def noise(height=59, width=83, channels=3):
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8))


def smooth(height, width):
    return noise(height // 7, width // 7).resize((width, height), Image.BILINEAR)


def ours(theirs, folder):
    theirs.save_pretrained(folder)
    return ImageProcessor.load(folder / ImageProcessor.file)


@each_of_theirs
@pytest.mark.parametrize(
    "picture",
    [noise(), noise(83, 59), noise(19, 23), smooth(97, 61), smooth(31, 211)],
    ids=["wide", "tall", "small", "smooth", "very wide"],
)
def test_the_tensor_is_that_of_transformers(make, picture, tmp_path):
    theirs = make()
    expected = theirs(images=picture, return_tensors="pt").pixel_values
    torch.testing.assert_close(ours(theirs, tmp_path)([picture]), expected.float(), rtol=0, atol=1e-6)


def levels(normalized, std):
    """Normalized pixels in levels of 255, but for what is the same for all pixels of a channel."""
    return torch.as_tensor(normalized) * 255 * torch.tensor(std).view(-1, 1, 1)


@each_photograph
@pytest.mark.parametrize("name", ["CLIPImageProcessor", "ViTImageProcessor", "SiglipImageProcessor"])
def test_photographs_are_prepared_as_transformers_does_with_torchvision_and_with_pillow(name, number, tmp_path):
    theirs, with_pillow = getattr(transformers, name)(), getattr(transformers, f"{name}Pil")()
    processor, photo = ours(theirs, tmp_path), photographs()[number]
    [pixels] = levels(processor([photo]), processor.std)
    for other in (theirs, with_pillow):
        [expected] = levels(np.stack(other(images=[photo], return_tensors="np").pixel_values), processor.std)
        assert (pixels - expected).abs().max() < 1.01


@each_photograph
@pytest.mark.parametrize("weights", PRESETS.values(), ids=PRESETS)
def test_photographs_are_prepared_as_torchvision_prepares_them_for_its_vit(weights, number):
    photo, theirs = photographs()[number], weights.transforms()
    [size], [crop] = theirs.resize_size, theirs.crop_size
    resample = {InterpolationMode.BILINEAR: 2, InterpolationMode.BICUBIC: 3}[theirs.interpolation]
    mean, std = tuple(theirs.mean), tuple(theirs.std)
    processor = ImageProcessor(size=size, crop=(crop, crop), resample=resample, mean=mean, std=std)
    photo = photo.crop((0, 0, 530, 424))  # so what is cut off is even; see `crop_middle`
    assert (levels(processor([photo])[0], std) - levels(theirs(photo), std)).abs().max() < 1.01


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "P"])
def test_so_it_is_for_gray_and_transparent_pictures(mode, tmp_path):
    theirs, picture = CLIPImageProcessor(), noise(channels=4)
    if mode == "P":
        picture = picture.convert("RGB").quantize(7)
        picture.info["transparency"] = 3
    picture = picture.convert(mode)
    expected = theirs(images=picture, return_tensors="pt").pixel_values
    torch.testing.assert_close(ours(theirs, tmp_path)([picture]), expected, rtol=0, atol=1e-6)


@each_of_theirs
def test_settings_are_written_as_they_are_read(make, tmp_path):
    processor = ours(make(), tmp_path)
    processor.save(tmp_path / "again.json")
    assert ImageProcessor.load(tmp_path / "again.json") == processor


def test_transformers_reads_what_we_write(tmp_path):
    processor = ImageProcessor(size=(37, 29), resample=2, mean=(0.4, 0.5, 0.6), std=(0.1, 0.2, 0.3))
    processor.save(tmp_path / ImageProcessor.file)
    theirs = CLIPImageProcessor.from_pretrained(tmp_path)
    expected = theirs(images=noise(), return_tensors="pt").pixel_values
    torch.testing.assert_close(processor([noise()]), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "size", "crop", "resample"),
    [
        ({"feature_extractor_type": "CLIPFeatureExtractor", "size": 37, "crop_size": 31}, 37, (31, 31), 3),
        ({"feature_extractor_type": "ViTFeatureExtractor", "size": 37}, (37, 37), None, 2),
    ],
)
def test_settings_of_old_checkpoints_are_read(settings, size, crop, resample, tmp_path):
    means = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
    (path := tmp_path / "old.json").write_text(json.dumps(settings | means))
    expected = ImageProcessor(size=size, crop=crop, resample=resample)
    assert ImageProcessor.load(path) == expected


def test_gray_pictures_have_one_channel():
    processor = ImageProcessor(size=(11, 13), **GRAY)
    assert processor([noise(), noise(channels=4)]).shape == (2, 1, 11, 13)


def test_white_is_one_and_black_minus_one():
    pixels = ImageProcessor(size=None)([Image.new("RGB", (3, 2), "white"), Image.new("RGB", (3, 2), "black")])
    assert torch.equal(pixels, torch.stack([torch.ones(3, 2, 3), -torch.ones(3, 2, 3)]))


def test_pictures_of_one_batch_have_one_size():
    pictures = [noise(59, 83), noise(83, 59)]
    assert ImageProcessor(size=(11, 13))(pictures).shape == (2, 3, 11, 13)
    assert ImageProcessor(size=13, crop=(11, 11))(pictures).shape == (2, 3, 11, 11)
    with pytest.raises(
        CourseError, match=r"must have the same size after preprocessing, got \[\(13, 18\), \(18, 13\)\]"
    ):
        ImageProcessor(size=13)(pictures)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resample": 5}, "resample must be one of 0, 2, 3, got 5"),
        ({"size": (13, -5)}, "size and crop must be positive integers"),
        ({"size": 0}, "size and crop must be positive integers"),
        ({"crop": ("11", {})}, "size and crop must be positive integers"),
        ({"scale": 0.0}, "scale and std must not be 0"),
        ({"scale": "1/255"}, "scale, mean, and std must be finite"),
        ({"std": (0.5, 0.0, 0.5)}, "scale and std must not be 0"),
        ({"mean": (0.5, None, 0.5)}, "scale, mean, and std must be finite"),
        ({"mean": (0.5, 0.5), "std": (0.5, 0.5)}, "mean and std must both have 1 number or both have 3"),
        ({"std": (0.5,)}, "mean and std must both have 1 number or both have 3"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(CourseError, match=message):
        ImageProcessor(**({"size": (5, 5)} | changes))


@pytest.mark.parametrize("settings", ["{}", '{"size": {"longest_edge": 5}}', '{"size": "large"}', "[1]"])
def test_settings_without_what_is_needed_are_refused(settings, tmp_path):
    (path := tmp_path / "settings.json").write_text(settings)
    with pytest.raises(CourseError, match="settings of an image processor can't be used"):
        ImageProcessor.load(path)


@pytest.mark.parametrize("shape", [(1, 51), (20_011, 7)])
def test_a_line_whose_shorter_edge_would_be_stretched_is_refused(shape):
    picture = np.zeros((*shape, 3), np.uint8)
    with pytest.raises(
        CourseError, match=r"at most 50 times as long as the shorter one, got .* pixels; crop the picture first"
    ):
        ImageProcessor(size=13, crop=(13, 13))([picture])
    assert ImageProcessor(size=(13, 13))([picture]).shape == (1, 3, 13, 13)
    assert ImageProcessor(size=13, crop=(13, 13))([np.zeros((1, 50, 3), np.uint8)]).shape == (1, 3, 13, 13)


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (2, 1)])
@pytest.mark.parametrize("shape", [(1, 20_011), (20_011, 1), (7, 50_021)])
def test_a_line_shrunk_to_a_pixel_is_as_pillow_makes_it(shape, size):
    line = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ours = ImageProcessor(size=size, mean=(0.0,), std=(1.0,), scale=None)([line])[0, 0].numpy()
    theirs = np.array(Image.fromarray(line).resize(size[::-1], Image.Resampling.BICUBIC), dtype=float)
    assert np.abs(ours - theirs).max() <= 1  # of 255


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 7.5},
        {"size": [3]},
        {"image_mean": 5},
        {"image_processor_type": 7},
        {"resample": []},
        {"crop_size": "x"},
    ],
)
def test_settings_of_another_kind_are_refused(changes, tmp_path):
    (path := tmp_path / "settings.json").write_text(json.dumps(CLIPImageProcessor().to_dict() | changes, default=str))
    with pytest.raises(CourseError):
        ImageProcessor.load(path)
