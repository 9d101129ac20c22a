"""Pictures from wherever they come: files, bytes, arrays; in gray, in color, with transparent parts."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from course_lib.errors import CourseError

# What `open_picture` takes.
Picture = Image.Image | bytes | str | Path | np.ndarray | dict[str, bytes | str | None]
MODES = {1: "L", 3: "RGB"}  # what Pillow calls pictures of so many channels
LARGEST = 64_000_000  # pixels; in color, 192 MB in memory
WITHOUT_RANGE = ("I", "F")  # whole numbers of 32 bits, and floats: nothing says which one is white


def open_picture(source: Picture) -> Image.Image:
    """A picture in memory, turned as the camera was held.

    Args:
        source: a Pillow picture, which comes back as it is; a file; an array of bytes, Y X or Y X C; or a row of a data
            set that has not been decoded, {"bytes", "path"}.

    Raises:
        CourseError: there is no such file, it is no picture or damaged, or an array has other axes or values; it has
            more than 64 million pixels, or nothing says how bright its values are.
    """
    if isinstance(source, Image.Image):
        return checked(source, "a picture")
    if isinstance(source, dict):
        name, source = source.get("path") or "a picture", source.get("bytes") or source.get("path")
    else:
        name = source
    if isinstance(source, np.ndarray):
        return from_array(source)
    if not isinstance(source, bytes | str | Path):
        raise CourseError(f"expected a picture, a file, or an array, got {type(source).__name__}")
    if not isinstance(source, bytes) and not os.path.isfile(source):
        raise CourseError(f"there is no picture {source}")
    name = "a picture" if isinstance(name, bytes) else name
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as picture:
            checked(picture, name).load()
            return ImageOps.exif_transpose(picture)
    except CourseError:
        raise
    except Exception as error:  # a damaged file leads Pillow into errors of many kinds
        raise CourseError(f"{name} can't be read: {error}") from None


def checked(picture: Image.Image, name: str | Path) -> Image.Image:
    """Return a picture that is neither too large nor without a range of values; else raise a CourseError."""
    width, height = picture.size
    if width * height > LARGEST:
        raise CourseError(f"{name} has {width:,} x {height:,} pixels; expected {LARGEST:,} at most: make it smaller")
    if picture.mode in WITHOUT_RANGE:
        raise CourseError(
            f"{name} has values without a range (Pillow's mode {picture.mode}); save it with 8 or 16 bits"
        )
    return picture


def from_array(array: np.ndarray) -> Image.Image:
    """A picture of an array of bytes, Y X or Y X C. Raises CourseError for other axes or values."""
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        raise CourseError(
            f"an array is a picture if it has bytes, Y X or Y X C, with 1, 3 or 4 channels; got {array.dtype}, "
            f"{array.shape}"
        )
    return Image.fromarray(array.squeeze(2) if array.ndim == 3 and channels == 1 else array)


def with_channels(picture: Image.Image, num_channels: int) -> np.ndarray:
    """The picture in gray (1) or in color (3), as an array of bytes, Y X C; what is transparent shows white."""
    if picture.mode.startswith("I;16"):
        picture = eight_bits(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    pixels = np.array(picture.convert(MODES[num_channels]))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def eight_bits(picture: Image.Image) -> Image.Image:
    """A gray picture of 16 bits in 8, where 65535 becomes 255; Pillow would cut all above 255 off."""
    pixels = np.array(picture).astype(np.uint32)
    gray = ((pixels + 128) // 257).astype(np.uint8)
    gray[pixels == picture.info.get("transparency", -1)] = 255
    return Image.fromarray(gray)
