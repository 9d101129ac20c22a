"""Open pictures from files, bytes, or arrays. They can be gray, colored, or partly transparent."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from course_lib.errors import CourseError

# The types that `open_picture` accepts.
Picture = Image.Image | bytes | str | Path | np.ndarray | dict[str, bytes | str | None]
MODES = {1: "L", 3: "RGB"}  # Pillow's mode for each number of channels
LARGEST = 64_000_000  # pixels; a color picture of this size needs 192 MB of memory
WITHOUT_RANGE = ("I", "F")  # 32-bit integers and floats, for which the value of white is unknown


def open_picture(source: Picture) -> Image.Image:
    """Open a picture, and rotate it according to its EXIF orientation.

    Args:
        source: a Pillow picture, which is returned unchanged; the path or the bytes of a file; a uint8 array, Y X or
            Y X C; or an undecoded picture of a data set, which is a dict with `bytes` and `path`.

    Raises:
        CourseError: the file does not exist or is not a valid picture, the array has the wrong axes or type, or the
            picture has more than 64 million pixels or values without a fixed range.
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
        raise CourseError(f"a picture must be a Pillow picture, a file, or an array, got {type(source).__name__}")
    if not isinstance(source, bytes) and not os.path.isfile(source):
        raise CourseError(f"the picture {source} does not exist; check its path")
    name = "a picture" if isinstance(name, bytes) else name
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as picture:
            checked(picture, name).load()
            return ImageOps.exif_transpose(picture)
    except CourseError:
        raise
    except Exception as error:  # Pillow raises many types of errors for damaged files
        raise CourseError(f"{name} can't be read: {error}") from None


def checked(picture: Image.Image, name: str | Path) -> Image.Image:
    """Check the size and the mode of a picture, and return it unchanged.

    Raises:
        CourseError: the picture is too large, or its values have no fixed range.
    """
    width, height = picture.size
    if width * height > LARGEST:
        raise CourseError(f"{name} must have at most {LARGEST:,} pixels, got {width:,} x {height:,}; make it smaller")
    if picture.mode in WITHOUT_RANGE:
        raise CourseError(f"{name} must have 8 or 16 bits per channel, got mode {picture.mode}; convert it first")
    return picture


def from_array(array: np.ndarray) -> Image.Image:
    """Convert a uint8 array, Y X or Y X C, into a picture.

    Raises:
        CourseError: the array has the wrong axes or type.
    """
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        raise CourseError(
            f"an array must be uint8 with axes Y X or Y X C and 1, 3, or 4 channels, got {array.dtype}, {array.shape}"
        )
    return Image.fromarray(array.squeeze(2) if array.ndim == 3 and channels == 1 else array)


def with_channels(picture: Image.Image, num_channels: int) -> np.ndarray:
    """Convert a picture into a gray or color uint8 array, Y X C. Transparent parts become white."""
    if picture.mode.startswith("I;16"):
        picture = eight_bits(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    pixels = np.array(picture.convert(MODES[num_channels]))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def eight_bits(picture: Image.Image) -> Image.Image:
    """Convert a 16-bit gray picture to 8 bits, so that 65535 becomes 255. Pillow would clip all values above 255."""
    pixels = np.array(picture).astype(np.uint32)
    gray = ((pixels + 128) // 257).astype(np.uint8)
    gray[pixels == picture.info.get("transparency", -1)] = 255
    return Image.fromarray(gray)
