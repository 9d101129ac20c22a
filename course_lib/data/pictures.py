"""Pictures from wherever they come: files, bytes, arrays; in grey, in colour, with transparent parts."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from course_lib.errors import CourseError

MODES = {1: "L", 3: "RGB"}  # what Pillow calls pictures of so many channels


def open_picture(source):
    """A picture in memory, turned as the camera was held.

    Args:
        source: a Pillow picture, which comes back as it is; a file; an array of bytes, Y X or Y X C; or a row of a data
            set that has not been decoded, {"bytes", "path"}.

    Raises:
        CourseError: there is no such file, it is no picture or damaged, or an array has other axes or values.
    """
    if isinstance(source, Image.Image):
        return source
    if isinstance(source, dict):
        name, source = source.get("path") or "a picture", source.get("bytes") or source.get("path")
    else:
        name = source
    if isinstance(source, np.ndarray):
        return from_array(source)
    if not isinstance(source, bytes | str | Path):
        raise CourseError(f"expected a picture, a file, or an array, got {type(source).__name__}")
    if not isinstance(source, bytes) and not Path(source).is_file():
        raise CourseError(f"there is no picture {source}")
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as picture:
            picture.load()
            return ImageOps.exif_transpose(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow has all of them
        raise CourseError(f"{'a picture' if isinstance(name, bytes) else name} can't be read: {error}") from None


def from_array(array):
    """A picture of an array of bytes, Y X or Y X C. Raises CourseError for other axes or values."""
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or channels not in (1, 3, 4) or not array.size:
        raise CourseError(
            f"an array is a picture if it has bytes, Y X or Y X C, with 1, 3 or 4 channels; got {array.dtype}, "
            f"{array.shape}"
        )
    return Image.fromarray(array.squeeze(2) if array.ndim == 3 and channels == 1 else array)


def with_channels(picture, num_channels):
    """The picture in grey (1) or in colour (3), as an array of bytes, Y X C; what is transparent shows white."""
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    pixels = np.array(picture.convert(MODES[num_channels]))
    return pixels[..., None] if pixels.ndim == 2 else pixels
