"""Attention to explore in a notebook: an interactive view that needs no network, no widgets and no kernel.

In the spirit of BertViz (Vig 2019, arXiv 1904.02679). The files in `viewer_page` are put together here.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from string import Template

from IPython.display import HTML

from course_lib.errors import CourseError
from course_lib.workshop.viz.attention_map import AttentionMap
from course_lib.workshop.viz.bundle import bundle
from course_lib.workshop.viz.style import BLUE, GRAY, GREEN, ORANGE, PURPLE, SKY, VERMILION

MOST_BYTES = 4_000_000  # of numbers in one view; with more, the notebook would become too heavy to open
HEAD_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GRAY)

PAGE = Path(__file__).parent / "viewer_page"
STYLES = ("frame.css", "head_view.css", "model_view.css", "neuron_view.css")


def view_attention(*maps: AttentionMap, layer: int = 0, heads: Sequence[int] | None = None) -> HTML:
    """Return an interactive view of `AttentionMap`s, as the last line of a cell shows it.

    The head view draws weights as lines between tokens, the model view every head as a small heat map, the
    neuron view, where there are queries and keys, how the weight of one pair of tokens is computed.

    Args:
        maps: the kinds of attention to choose from; the first one is shown at the start.
        layer, heads: the layer of the first map and those of its heads to start with; None is all heads.

    Raises:
        CourseError: no maps, two of one name, a layer or head that does not exist, or too many numbers for a page.
    """
    check_maps(maps)
    heads = range(maps[0].num_heads) if heads is None else heads
    data = {
        "maps": [one.packed() for one in maps],
        "layer": check_indices("layer", [layer], maps[0].num_layers)[0],
        "heads": check_indices("head", heads, maps[0].num_heads),
        "colors": HEAD_COLORS,
    }
    return HTML(page(data))


def check_maps(maps: Sequence[AttentionMap]) -> None:
    """Raise `CourseError` unless there are maps, each with a name of its own, and a page can hold them."""
    names, size = [one.name for one in maps], sum(one.size for one in maps)
    if not names or len(set(names)) < len(names):
        raise CourseError(f"expected one or more attention maps of different names, got {names or 'none'}")
    if size > MOST_BYTES:
        raise CourseError(
            f"the maps hold {size / 1e6:.1f} MB of numbers, and a page at most {MOST_BYTES / 1e6:.0f} MB: "
            "hand in fewer layers or heads, a shorter sentence, or no queries and keys"
        )


def check_indices(what: str, chosen: Sequence[int], count: int) -> list[int]:
    """The numbers of layers or heads in `chosen`; `CourseError` unless each is one of `count`."""
    indices = [int(index) for index in chosen]
    if not indices or not all(0 <= index < count for index in indices):
        raise CourseError(f"expected {what} numbers from 0 to {count - 1}, got {indices or 'none'}")
    return indices


def page(data: dict[str, object]) -> str:
    """The HTML of a view. The same data make the same text; `digest` tells views of different data apart."""
    parts = {
        "script": bundle(read("viewer.js"), PAGE),
        "style": for_script("\n".join(map(read, STYLES))),
        "data": for_script(data),
    }
    digest = hashlib.sha256("".join(parts.values()).encode()).hexdigest()[:16]
    return Template(read("viewer.html")).substitute(parts, digest=digest)


def read(name: str) -> str:
    """The text of one file of `viewer_page`."""
    return (PAGE / name).read_text(encoding="utf-8")


def for_script(value: object) -> str:
    """`value` as a constant of JavaScript, in which no token, not even "</script>", can end the script."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
