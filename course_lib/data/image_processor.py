"""Preprocess pictures for a model: resize, crop, rescale, and normalize, with the same settings as on the hub."""

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
MAX_RATIO = 50  # maximum ratio of the edges; resizing a longer picture could need too much memory


@dataclass(frozen=True, kw_only=True)
class ImageProcessor:
    """An image processor, which converts pictures into a tensor. A step is skipped if its setting is None.

    Args:
        size: the size after resizing: (height, width), or the length of the shorter edge to keep the aspect ratio.
        resample: the interpolation method: 0 for nearest, 2 for bilinear, or 3 for bicubic.
        crop: (height, width) of the center crop. Smaller pictures are padded with black first.
        scale: the factor by which pixel values from 0 to 255 are multiplied.
        mean: the mean of each channel, which is subtracted from the scaled values. Gray pictures have only one channel.
        std: the standard deviation of each channel. The values are divided by it after subtracting the mean.

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
            raise CourseError(f"resample must be one of {', '.join(map(str, RESAMPLING))}, got {self.resample!r}")
        if self.mean is not None and (len(self.mean) not in MODES or len(self.std) != len(self.mean)):
            raise CourseError(f"mean and std must both have 1 number or both have 3, got {self.mean} and {self.std}")
        edges = [edge for edges in (self.size, self.crop) for edge in listed(edges)]
        divisors = [*listed(self.scale), *listed(self.std)]
        if not all(type(edge) is int and edge > 0 for edge in edges):
            raise CourseError(f"size and crop must be positive integers, got {edges}")
        if not all(type(x) in (int, float) and isfinite(x) for x in (*divisors, *listed(self.mean))) or 0 in divisors:
            raise CourseError(
                "scale, mean, and std must be finite numbers, and scale and std must not be 0, "
                f"got {self.scale}, {self.mean}, and {self.std}"
            )

    @property
    def num_channels(self) -> int:
        """The number of channels: 1 for gray pictures, 3 for color pictures."""
        return 3 if self.mean is None else len(self.mean)

    @torch.no_grad()
    def __call__(self, pictures: Iterable[Picture]) -> BCYX:
        """Resize, crop, and normalize pictures, and return them as a float32 tensor.

        Raises:
            CourseError: a picture can't be read, or the results differ in size.
        """
        return self.normalize(self.stack(pictures))

    def stack(self, pictures: Iterable[Picture]) -> BytesBCYX:
        """Resize and crop pictures, and stack them into one tensor of bytes, without normalization.

        Raises:
            CourseError: a picture can't be read, or the results differ in size.
        """
        prepared = [self.prepare(picture) for picture in pictures]
        shapes = sorted({tuple(pixels.shape[1:]) for pixels in prepared})
        if len(shapes) > 1:
            raise CourseError(f"all pictures must have the same size after preprocessing, got {shapes}; set crop")
        return torch.stack(prepared)

    def prepare(self, picture: Picture) -> BytesCYX:
        """Open a picture, resize and crop it, and return its pixel values as bytes."""
        pixels = torch.from_numpy(with_channels(open_picture(picture), self.num_channels)).permute(2, 0, 1).contiguous()
        if self.size is not None:
            pixels = resized(pixels, self.new_size(*pixels.shape[1:]), RESAMPLING[self.resample])
        return pixels if self.crop is None else crop_middle(pixels, *self.crop)

    def new_size(self, height: int, width: int) -> list[int]:
        """Return the height and width that a picture has after resizing.

        Raises:
            CourseError: one edge is more than `MAX_RATIO` times as long as the other.
        """
        if not isinstance(self.size, int):
            return list(self.size)
        if max(height, width) > MAX_RATIO * min(height, width):
            raise CourseError(
                f"the longer edge of a picture must be at most {MAX_RATIO} times as long as the shorter one, "
                f"got {width:,} x {height:,} pixels; crop the picture first"
            )
        longer = int(self.size * max(height, width) / min(height, width))
        return [self.size, longer] if height <= width else [longer, self.size]

    def normalize(self, pixels: BytesBCYX) -> BCYX:
        """Convert pixel values from bytes to floats, rescale them, and normalize each channel."""
        scale = 1.0 if self.scale is None else self.scale
        if self.mean is None:
            return pixels.float() * scale
        mean, std = (torch.tensor(values).view(-1, 1, 1) * (1.0 / scale) for values in (self.mean, self.std))
        return (pixels.float() - mean) / std

    def save(self, path: Path | str) -> None:
        """Write the settings in the hub's format, which transformers can read too."""
        write_json(path, hub_settings(self))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Load an image processor from settings that were written by `save` or by transformers.

        Raises:
            CourseError: the file is missing, or its settings can't be used.
        """
        settings = read_json(path)
        if not isinstance(settings, dict):
            raise CourseError(f"the settings of an image processor can't be used: {path} must contain a JSON object")
        return from_hub_settings(settings.get("image_processor", settings))


def listed(value: object) -> list[object]:
    """Return a setting as a list: the items of a tuple, nothing for None, or a single value."""
    return [] if value is None else list(value) if isinstance(value, tuple) else [value]


def resized(pixels: BytesCYX, size: list[int], resampling: str) -> BytesCYX:
    """Resize a picture to (height, width), with antialiasing."""
    if list(pixels.shape[1:]) == size:
        return pixels
    from torchvision.transforms.v2 import InterpolationMode, functional  # as slow to import as torch itself

    return functional.resize(pixels, size, InterpolationMode(resampling), antialias=True)


def crop_middle(pixels: BytesCYX, height: int, width: int) -> BytesMiddle:
    """Crop the center of a picture. If the picture is too small, pad it with black first.

    If two opposite margins can't be equal, the right or bottom margin is one pixel larger, as in transformers.
    torchvision rounds half of the difference instead.
    """
    missing_height, missing_width = (
        max(0, new - old) for new, old in zip((height, width), pixels.shape[1:], strict=True)
    )
    left, top = missing_width // 2, missing_height // 2
    pixels = F.pad(pixels, [left, missing_width - left, top, missing_height - top])
    top, left = (pixels.shape[1] - height) // 2, (pixels.shape[2] - width) // 2
    return pixels[:, top : top + height, left : left + width]


def hub_settings(processor: ImageProcessor) -> dict[str, object]:
    """Convert the settings of a processor into the hub's format."""
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
    """Convert (height, width) into the hub's format. None remains None."""
    return pair and {"height": pair[0], "width": pair[1]}


def from_hub_settings(settings: Mapping[str, object]) -> ImageProcessor:
    """Create an image processor from settings in the hub's format, either the old or the new one.

    Optional settings have the same defaults as in transformers.

    Raises:
        CourseError: a required setting is missing, or a setting can't be used.
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
        raise CourseError(
            f"the settings of an image processor can't be used: {error!r}; check their names and values"
        ) from None


def read_size(size: int | dict[str, int], clip_like: bool) -> int | tuple[int, int]:
    """Convert a size from the hub's format into (height, width) or the length of the shorter edge.

    For CLIP, a single number is the length of the shorter edge. For other models, it is the length of both edges.
    """
    if isinstance(size, int):
        return size if clip_like else (size, size)
    return size["shortest_edge"] if "shortest_edge" in size else read_sides(size)


def read_sides(size: int | dict[str, int]) -> tuple[int, int]:
    """Convert a size from the hub's format into (height, width). A single number is used for both."""
    return (size, size) if isinstance(size, int) else (size["height"], size["width"])
