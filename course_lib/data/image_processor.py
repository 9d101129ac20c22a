"""Preprocessing of pictures for a model: resize, crop, rescale, and normalize, with the settings of the hub."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F

from course_lib.data.pictures import MODES, Picture, open_picture, with_channels
from course_lib.errors import CourseError
from course_lib.files import read_json, write_json
from course_lib.shapes import BCYX, BytesBCYX, BytesCYX, BytesMiddle

RESAMPLING = {0: "nearest-exact", 2: "bilinear", 3: "bicubic"}  # the numbers of the hub and of Pillow
MAX_RATIO = 50  # of the edges: after resizing the shorter edge, a very long picture would fill the memory


@dataclass(frozen=True, kw_only=True)
class ImageProcessor:
    """Converts pictures into a tensor. Steps whose setting is None are skipped.

    Args:
        size: (height, width), or the length of the shorter edge.
        resample: the interpolation: 0 is nearest, 2 bilinear, 3 bicubic (with antialiasing).
        crop: (height, width) of the center crop. Smaller pictures are padded with black.
        scale: the factor for pixel values, which are 0 to 255.
        mean: the mean of each channel, subtracted from the scaled values. One number is for gray pictures.
        std: the standard deviation of each channel, the divisor after that.

    Raises:
        CourseError: a setting is invalid.
    """

    size: tuple[int, int] | int | None
    resample: int = 3
    crop: tuple[int, int] | None = None
    scale: float | None = 1 / 255
    mean: tuple[float, ...] | None = (0.5, 0.5, 0.5)
    std: tuple[float, ...] | None = (0.5, 0.5, 0.5)

    file = "preprocessor_config.json"

    def __post_init__(self):
        if self.resample not in RESAMPLING:
            raise CourseError(f"unknown resample {self.resample!r}; known: {', '.join(map(str, RESAMPLING))}")
        if self.mean is not None and (len(self.mean) not in MODES or len(self.std) != len(self.mean)):
            raise CourseError(f"mean and std must both have 1 or 3 channels, got {self.mean} and {self.std}")
        edges = [edge for edges in (self.size, self.crop) for edge in listed(edges)]
        divisors = [*listed(self.scale), *listed(self.std)]
        if not all(type(edge) is int and edge > 0 for edge in edges):
            raise CourseError(f"size and crop must be whole numbers above 0, got {edges}")
        if not all(type(x) in (int, float) and isfinite(x) for x in (*divisors, *listed(self.mean))) or 0 in divisors:
            raise CourseError(
                f"scale, mean, and std must be finite, and scale and std must not be 0; got {self.scale}, {self.mean}, "
                f"and {self.std}"
            )

    @property
    def num_channels(self) -> int:
        """The number of channels: 1 for gray pictures, 3 for color pictures."""
        return 3 if self.mean is None else len(self.mean)

    @torch.no_grad()
    def __call__(self, pictures: Iterable[Picture]) -> BCYX:
        """Convert pictures into normalized float32 values.

        Raises:
            CourseError: a picture can't be read, or the results differ in size.
        """
        return self.normalize(self.stack(pictures))

    def stack(self, pictures: Iterable[Picture]) -> BytesBCYX:
        """Resize and crop pictures, without normalization.

        Raises:
            CourseError: a picture can't be read, or the results differ in size.
        """
        prepared = [self.prepare(picture) for picture in pictures]
        shapes = sorted({tuple(pixels.shape[1:]) for pixels in prepared})
        if len(shapes) > 1:
            raise CourseError(f"pictures must have one size after preprocessing, got {shapes}; set crop")
        return torch.stack(prepared)

    def prepare(self, picture: Picture) -> BytesCYX:
        """Resize and crop a picture."""
        pixels = torch.from_numpy(with_channels(open_picture(picture), self.num_channels)).permute(2, 0, 1).contiguous()
        if self.size is not None:
            pixels = resized(pixels, self.new_size(*pixels.shape[1:]), RESAMPLING[self.resample])
        return pixels if self.crop is None else crop_middle(pixels, *self.crop)

    def new_size(self, height: int, width: int) -> list[int]:
        """Return the size of a picture after resizing.

        Raises:
            CourseError: one edge is far longer than the other.
        """
        if not isinstance(self.size, int):
            return list(self.size)
        if max(height, width) > MAX_RATIO * min(height, width):
            raise CourseError(f"a picture of {width:,} x {height:,} pixels is too long or too wide; crop it first")
        longer = int(self.size * max(height, width) / min(height, width))
        return [self.size, longer] if height <= width else [longer, self.size]

    def normalize(self, pixels: BytesBCYX) -> BCYX:
        """Rescale and normalize pixel values."""
        scale = 1.0 if self.scale is None else self.scale
        if self.mean is None:
            return pixels.float() * scale
        mean, std = (torch.tensor(values).view(-1, 1, 1) * (1.0 / scale) for values in (self.mean, self.std))
        return (pixels.float() - mean) / std

    def save(self, path: Path | str) -> None:
        """Write the settings in the hub's format, so that transformers can read them too."""
        write_json(path, hub_settings(self))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read settings written by `save` or by transformers.

        Raises:
            CourseError: the settings are missing or can't be used.
        """
        settings = read_json(path)
        if not isinstance(settings, dict):
            raise CourseError(f"the settings of an image processor can't be used: {path} is not a JSON object")
        return from_hub_settings(settings.get("image_processor", settings))


def listed(value: object) -> list[object]:
    """Return a value as a list: a tuple's items, an empty list for None, or the value alone."""
    return [] if value is None else list(value) if isinstance(value, tuple) else [value]


def resized(pixels: BytesCYX, size: list[int], resampling: str) -> BytesCYX:
    """Return a picture resized to (height, width), with antialiasing."""
    if list(pixels.shape[1:]) == size:
        return pixels
    from torchvision.transforms.v2 import InterpolationMode, functional  # as slow to import as torch itself

    return functional.resize(pixels, size, InterpolationMode(resampling), antialias=True)


def crop_middle(pixels: BytesCYX, height: int, width: int) -> BytesMiddle:
    """Return the center crop of a picture. A smaller picture is padded with black first.

    If the margins can't be equal, the right or the bottom one is a pixel larger, as in transformers. torchvision rounds
    half of the difference instead.
    """
    missing_height, missing_width = (
        max(0, new - old) for new, old in zip((height, width), pixels.shape[1:], strict=True)
    )
    left, top = missing_width // 2, missing_height // 2
    pixels = F.pad(pixels, [left, missing_width - left, top, missing_height - top])
    top, left = (pixels.shape[1] - height) // 2, (pixels.shape[2] - width) // 2
    return pixels[:, top : top + height, left : left + width]


def hub_settings(processor: ImageProcessor) -> dict[str, object]:
    """Return the settings of a processor in the hub's format."""
    size, crop = processor.size, processor.crop
    named = {
        "size": {"shortest_edge": size} if isinstance(size, int) else sides(size),
        "resample": processor.resample,
        "crop_size": sides(crop),
        "rescale_factor": processor.scale,
        "image_mean": processor.mean,
        "image_std": processor.std,
    }
    steps = {"do_resize": size, "do_center_crop": crop, "do_rescale": processor.scale, "do_normalize": processor.mean}
    kind = {"image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True}
    return (
        kind
        | {name: step is not None for name, step in steps.items()}
        | {k: v for k, v in named.items() if v is not None}
    )


def sides(pair: tuple[int, int] | None) -> dict[str, int] | None:
    """Return a height and a width in the hub's format."""
    return pair and {"height": pair[0], "width": pair[1]}


def from_hub_settings(settings: Mapping[str, object]) -> ImageProcessor:
    """Return a processor with the hub's settings, old or new. Defaults are those of transformers.

    Raises:
        CourseError: a setting is missing or can't be used.
    """
    try:
        clip_like = "CLIP" in settings.get("image_processor_type", settings.get("feature_extractor_type", ""))
        return ImageProcessor(
            size=read_size(settings["size"], clip_like) if settings.get("do_resize", True) else None,
            resample=settings.get("resample", 3 if clip_like else 2),
            crop=read_sides(settings["crop_size"]) if settings.get("do_center_crop", clip_like) else None,
            scale=settings.get("rescale_factor", 1 / 255) if settings.get("do_rescale", True) else None,
            mean=tuple(settings["image_mean"]) if settings.get("do_normalize", True) else None,
            std=tuple(settings["image_std"]) if settings.get("do_normalize", True) else None,
        )
    except CourseError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CourseError(f"the settings of an image processor can't be used: {error!r}") from None


def read_size(size: int | dict[str, int], clip_like: bool) -> int | tuple[int, int]:
    """Return a size from the hub's format.

    A single number is the shorter edge for CLIP, and both edges for other models.
    """
    if isinstance(size, int):
        return size if clip_like else (size, size)
    return size["shortest_edge"] if "shortest_edge" in size else read_sides(size)


def read_sides(size: int | dict[str, int]) -> tuple[int, int]:
    """Return a height and a width from the hub's format. A single number is used for both."""
    return (size, size) if isinstance(size, int) else (size["height"], size["width"])
