"""What a figure shows, in words: for those who can't see it, and for whoever searches. It is read off what was drawn.

A drawing that is made of shapes says in one sentence what it is, with `set_label` of its axes or its figure; its words
follow. Of maps, bars and curves the numbers are told.
Source: WCAG 2.2, success criterion 1.1.1 "Non-text Content".
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

MOST = 300  # characters
CLEARLY = 0.1  # of the height of a curve
COLOR_BAR = "<colorbar>"  # the label that matplotlib gives it


def alt_text(figure: Figure) -> str:
    """The sentences about a figure, `MOST` characters of them: first what it is, then each of its panels."""
    panels = [ax for ax in figure.axes if ax.get_label() != COLOR_BAR and ax.get_visible()]
    told = Counter(filter(None, map(describe, panels)))
    parts = [text if count == 1 else f"{count} times: {text}" for text, count in told.items()]
    return shortened(". ".join(filter(None, [figure.get_label(), words(figure.get_suptitle()), *parts])))


def describe(ax: Axes) -> str:
    """Describe one panel: its name, then its numbers or its words."""
    bars = [one for one in ax.containers if isinstance(one, BarContainer)]
    if ax.get_label():
        numbers = texts(ax)
    elif ax.images:
        numbers = describe_image(ax, ax.images[0])
    elif bars:
        numbers = describe_bars(ax, bars)
    elif lines := [line for line in ax.lines if len(line.get_xdata()) > 1 and not is_reference(line)]:
        numbers = describe_curves(ax, lines)
    else:
        numbers = describe_points(ax)
    return ": ".join(filter(None, [ax.get_label(), words(ax.get_title()), numbers]))


def describe_image(ax: Axes, image: AxesImage) -> str:
    """A map with its lowest and highest number and the largest of each row; of a picture only how large it is."""
    values, shape = np.ma.filled(image.get_array().astype(float), np.nan), image.get_array().shape
    if values.ndim == 3 or image.get_cmap().name == "gray" or not np.isfinite(values).any():
        return f"picture of {shape[0]} x {shape[1]} pixels"
    if set(np.unique(values)) <= {0.0, 1.0}:
        return f"table of {shape[0]} x {shape[1]} zeros and ones, with {int(values.sum())} ones"
    rows, columns = labels(ax.get_yticklabels(), shape[0]), labels(ax.get_xticklabels(), shape[1])
    told = f"map of {shape[0]} x {shape[1]} numbers from {number(np.nanmin(values))} to {number(np.nanmax(values))}"
    if not (rows and columns):
        return told
    largest = [(row, int(np.nanargmax(line)), line) for row, line in zip(rows, values, strict=True) if any_number(line)]
    return f"{told}; largest in row " + ", ".join(f"{row}: {columns[i]} {number(line[i])}" for row, i, line in largest)


def describe_bars(ax: Axes, bars: Sequence[BarContainer]) -> str:
    """Each bar with its name and its length."""
    upright = bars[0].orientation == "vertical"
    axis, value = (ax.xaxis, ax.get_ylabel()) if upright else (ax.yaxis, ax.get_xlabel())
    names = dict(zip(axis.get_ticklocs(), (tick.get_text() for tick in axis.get_ticklabels()), strict=False))
    told = []
    for one in (patch for group in bars for patch in group):
        middle, length = one.get_center()[0 if upright else 1], one.get_height() if upright else one.get_width()
        told.append(f"{words(names.get(round(middle, 6), '')) or number(middle)} {number(length)}")
    return f"bars{of(value)}: " + ", ".join(told)


def describe_curves(ax: Axes, lines: Sequence[Line2D]) -> str:
    """Each curve with its first and its last height, and how far it goes beyond both in between."""
    told = []
    for line in lines:
        name, y = line.get_label(), np.asarray(line.get_ydata(), float)
        ends = f"{number(y[0])} to {number(y[-1])}{describe_turns(np.asarray(line.get_xdata(orig=False), float), y)}"
        told.append(f"{'' if name.startswith('_') else words(name) + ' '}{ends}")
    over = f" over {words(ax.get_xlabel())}" if ax.get_xlabel() else ""
    return f"curves{of(ax.get_ylabel())}{over}: " + ", ".join(told)


def describe_turns(x: np.ndarray, y: np.ndarray) -> str:
    """Where a curve is highest and lowest, unless that is at one of its ends, or nearly as far."""
    ends, turns = [y[0], y[-1]], []
    clearly = CLEARLY * (np.nanmax(y) - np.nanmin(y))
    if np.nanmax(y) > max(ends) + clearly:
        turns.append(f"up to {number(np.nanmax(y))} at {number(x[np.nanargmax(y)])}")
    if np.nanmin(y) < min(ends) - clearly:
        turns.append(f"down to {number(np.nanmin(y))} at {number(x[np.nanargmin(y)])}")
    return f" ({', '.join(turns)})" if turns else ""


def describe_points(ax: Axes) -> str:
    """How many points there are, and along which axes; without any, the words that stand there."""
    points = sum(len(group.get_offsets()) for group in ax.collections) + sum(len(line.get_xdata()) for line in ax.lines)
    if not ax.axison or not points:
        return texts(ax)
    return f"{points} points{of(ax.get_ylabel())} over {words(ax.get_xlabel())}. {texts(ax)}".rstrip(". ")


def is_reference(line: Line2D) -> bool:
    """Return True if it is a level or an upright across the whole panel, as `axhline` and `axvline` draw."""
    return line.get_transform() != line.axes.transData


def texts(ax: Axes) -> str:
    """The words that stand in a panel, in the order in which they were drawn; not the numbers of steps."""
    found = (words(text.get_text()) for text in ax.texts if text.get_visible())
    return ", ".join(text for text, _ in Counter(found).items() if text and not text.isdigit())


def labels(ticks: Iterable, count: int) -> list[str]:
    """The labels along an edge, if there is one for each of `count` rows or columns."""
    found = [words(tick.get_text()) for tick in ticks]
    return found if len(found) == count and all(found) else []


def of(what: str) -> str:
    """Return the words for what the numbers are, where an axis says it."""
    return f" of {words(what)}" if what else ""


def words(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def number(value: float) -> str:
    """Three digits of it, with a true minus sign."""
    return f"{value:.3g}".replace("-", "−")


def any_number(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).any())


def shortened(text: str) -> str:
    """The text, or as many of its whole words as `MOST` characters hold, begun with a capital."""
    if len(text) > MOST:
        text = text[: MOST - 1].rsplit(" ", 1)[0].rstrip(",;:.") + " …"
    return text[:1].upper() + text[1:]
