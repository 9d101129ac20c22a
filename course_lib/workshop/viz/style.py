"""The look of every figure: one palette whose colors have roles, one set of sizes readable when projected.

The colors are those of Okabe and Ito ("Color Universal Design", 2008), which people with any color vision
can tell apart. Positive numbers, such as weights, use the map `SEQUENTIAL`, signed ones the map `DIVERGING`.
"""

from contextlib import AbstractContextManager

import matplotlib
from cycler import cycler
from IPython import get_ipython
from matplotlib import colors
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from course_lib.workshop.viz.png import use_compact_png

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW = "#56B4E9", "#CC79A7", "#F0E442"
INK, GRAY, MIST = "#222222", "#767676", "#EDEDED"

COLORS = {
    "query": BLUE,
    "key": ORANGE,
    "value": GREEN,
    "encoder": SKY,
    "decoder": PURPLE,
    "memory": ORANGE,
    "attention": BLUE,
    "feed_forward": GREEN,
    "norm": YELLOW,
    "good": GREEN,
    "bad": VERMILION,
    "text": INK,
    "quiet": GRAY,
}
CYCLE = (BLUE, VERMILION, GREEN, SKY, ORANGE, PURPLE, INK)
SEQUENTIAL, DIVERGING = "Blues", "RdBu"

DPI = 110
MAX_WIDTH = 9.9  # inches; with a margin, 1100 pixels
FONT_SIZE = 14

STYLE = {
    "figure.dpi": DPI,
    "savefig.dpi": "figure",
    "figure.facecolor": "white",
    "figure.figsize": (8.0, 4.5),
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",  # ships with matplotlib, so every machine draws the same letters
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE + 1,
    "axes.titlepad": 10.0,
    "axes.labelsize": FONT_SIZE,
    "xtick.labelsize": FONT_SIZE - 1,
    "ytick.labelsize": FONT_SIZE - 1,
    "axes.edgecolor": GRAY,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#DDDDDD",
    "lines.linewidth": 2.5,
    "axes.prop_cycle": cycler(color=CYCLE),
    "image.cmap": SEQUENTIAL,
}


def use_course_style() -> None:
    """Make this the look of every figure from here on; called once, in the setup cell of a notebook.

    In a notebook, figures are then stored as small PNGs, too.
    """
    matplotlib.rcParams.update(STYLE)
    shell = get_ipython()
    if shell:
        use_compact_png(shell)


def course_style() -> AbstractContextManager[None]:
    """The same look for one `with` block only."""
    return plt.rc_context(STYLE)


def tint(color: str, strength: float = 0.25) -> str:
    """`color` mixed with white, for the inside of boxes; `strength` 0 is white, 1 the color itself."""
    return mix(color, "white", strength)


def shade(color: str, strength: float = 0.7) -> str:
    """`color` mixed with black, for text and lines on white; `strength` 0 is black, 1 the color itself."""
    return mix(color, "black", strength)


def mix(color: str, other: str, strength: float) -> str:
    """`strength` parts of `color` and the rest of `other`, as a hexadecimal color."""
    pairs = zip(colors.to_rgb(color), colors.to_rgb(other), strict=True)
    return colors.to_hex([strength * a + (1 - strength) * b for a, b in pairs])


def new_axes(width: float = 8.0, height: float = 4.5, layout: str = "constrained") -> Axes:
    """The axes of a new figure of `width` x `height` inches, at most `MAX_WIDTH` wide."""
    _, ax = plt.subplots(figsize=(min(width, MAX_WIDTH), height), layout=layout)
    return ax
