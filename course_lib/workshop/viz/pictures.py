"""Pictures, their patches, and where in a picture a model looks."""

from collections.abc import Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike
from PIL import Image

from course_lib.errors import CourseError
from course_lib.workshop.viz.arrays import with_axes
from course_lib.workshop.viz.style import INK, MAX_WIDTH, VERMILION, new_axes

TITLE = 0.35  # inches
SMALLEST_PATCH = 16  # pixels


def show_picture(picture: Image.Image | ArrayLike, *, ax: Axes | None = None, **settings: object) -> Axes:
    """Draw a picture without axes, and return where it was drawn.

    Args:
        picture: Y X for gray or Y X C for colors; bytes, or numbers from 0 to 1; or one of Pillow's.
        settings: handed to `ax.set`, for example `title="a red car"`.
    """
    ax = ax or new_axes(4.0, 4.0)
    values = as_light(picture)
    ax.imshow(values, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=INK, linewidth=0.5)
    ax.set(**settings)
    return ax


def show_pictures(
    pictures: Sequence[Image.Image | ArrayLike], titles: Sequence[str] | None = None, *, columns: int = 8
) -> Figure:
    """Draw pictures in rows of `columns`, each with its title, and return the figure."""
    rows, width = -(-len(pictures) // columns), MAX_WIDTH / columns
    size = MAX_WIDTH, rows * (width + (TITLE if titles else 0))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for ax in axes.flat[len(pictures) :]:
        ax.set_axis_off()
    for ax, picture, title in zip(axes.flat, pictures, titles or [""] * len(pictures), strict=False):
        show_picture(picture, ax=ax, title=title)
    return figure


def show_patches(
    picture: Image.Image | ArrayLike, patch_size: int, *, ax: Axes | None = None, **settings: object
) -> Axes:
    """Draw a picture cut into patches, with gaps between them, and return where; small patches are drawn larger.

    Raises:
        CourseError: the picture is smaller than a patch.
    """
    values = as_light(picture)
    rows, columns = (length // patch_size for length in values.shape[:2])
    if not rows or not columns:
        raise CourseError(f"a picture of {values.shape[0]} x {values.shape[1]} is smaller than a patch of {patch_size}")
    enlarge = -(-SMALLEST_PATCH // patch_size)
    for axis, count in enumerate((rows, columns)):
        values = values.take(range(count * patch_size), axis).repeat(enlarge, axis)
        edges = np.repeat(np.arange(1, count) * patch_size * enlarge, patch_size * enlarge // 6)
        values = np.insert(values, edges, 1.0, axis)
    return show_picture(values, ax=ax, **settings)


def show_focus(
    picture: Image.Image | ArrayLike, weights: ArrayLike, *, ax: Axes | None = None, **settings: object
) -> Axes:
    """Draw a picture in pale gray, the redder a place the larger its weight, with a frame around the largest.

    `weights`, rows x columns, cover the picture evenly; 0 leaves it gray. Returns where it was drawn.
    """
    light, weights = as_light(picture), with_axes(weights, "rows columns")
    pale = 0.5 + 0.5 * (light if light.ndim == 2 else light.mean(axis=2))
    places = [np.arange(length) * count // length for length, count in zip(pale.shape, weights.shape, strict=True)]
    heat = (weights / weights.max())[np.ix_(*places)]
    ax = show_picture(pale[..., None] * (1 - heat[..., None] * (1 - np.array(to_rgb(VERMILION)))), ax=ax, **settings)
    height, width = (length / count for length, count in zip(pale.shape, weights.shape, strict=True))
    row, column = np.unravel_index(weights.argmax(), weights.shape)
    corner = column * width - 0.5, row * height - 0.5
    ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=INK, linewidth=2.5))
    return ax


def as_light(picture: Image.Image | ArrayLike) -> np.ndarray:
    """A picture as numbers from 0 to 1."""
    values = np.asarray(picture)
    return values / 255 if values.dtype == np.uint8 else values.astype(float)
