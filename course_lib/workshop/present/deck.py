"""A lesson as a deck of slides: one HTML file that needs nothing else.

reveal.js presents it (the files in `reveal`, MIT License); `templates/deck` has what is ours: the look, and the script
that fills slides with steps as far as they have room, and lets each step but the first wait for a key.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.filters import Highlight2HTML

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.present.alive import live_address
from course_lib.workshop.present.exporter import Exporter, ProseWithFormulas
from course_lib.workshop.present.links import IN_LAB, Links
from course_lib.workshop.present.steps import lecture_steps

if TYPE_CHECKING:
    from nbformat import NotebookNode

REVEAL = Path(__file__).parent / "reveal"
LONG = 8  # lines of code from which on it is built up, a paragraph at a time


class Deck(Exporter):
    """The lecture through a notebook, as one file.

    Args:
        template: in `templates`.
        live: the folder of the live pages, as the deck finds it; "" where there are none.
        links: where its links lead. Default: to JupyterLab.
    """

    def __init__(self, template: str = "deck", live: str = "live", links: Links = IN_LAB, **options: Any):
        super().__init__(template_name=template, exclude_anchor_links=True, **options)
        self.live, self.links = live, links

    def renderer(self, attachments: dict) -> ProseWithFormulas:
        return ProjectedProse(self.links, attachments=attachments, escape=False, exclude_anchor_links=True)

    def default_filters(self) -> Iterator[tuple[str, object]]:
        yield from super().default_filters()
        yield "built_up", built_up

    def from_notebook_node(
        self, nb: "NotebookNode", resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The HTML of the deck. Raises CourseError for a formula that is none."""
        shown = type(nb)(nb, cells=lecture_steps(nb.cells))
        self.filters["highlight_code"] = Highlight2HTML(pygments_lexer="python3", parent=self)
        files = {name: (REVEAL / name).read_text(encoding="utf-8") for name in ("reveal.js", "reveal.css", "notes.js")}
        resources = {"metadata": {"name": ""}, **(resources or {})}
        stem, alive = resources["metadata"]["name"], live_address(nb, self.live) if self.live else ""
        ours = {"reveal": files, "links": self.links, "alive": alive, **part_of(stem)}
        return super().from_notebook_node(shown, resources | ours, **options)


class LiveDeck(Deck):
    """A deck whose cells can be changed and run, in the kernel with this id; `live_server` serves it."""

    def __init__(self, kernel: str, **options: Any):
        super().__init__("live", **options)
        self.kernel = kernel

    def from_notebook_node(
        self, nb: "NotebookNode", resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The HTML of the deck, with all code of the lesson. Raises CourseError for a formula that is none."""
        live = {"kernel": self.kernel, "cells": [cell for cell in nb.cells if cell.cell_type == "code"]}
        return super().from_notebook_node(nb, {**(resources or {}), "live": live}, **options)


class ProjectedProse(ProseWithFormulas):
    """Prose whose links to files of the repository lead to where a room can open them."""

    def __init__(self, links: Links, **options: Any):
        super().__init__(**options)
        self.links = links

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not re.match(r"\w+:|#", url):
            url = self.links.file(posixpath.normpath(f"notebooks/{url}"))
        return super().link(text, url, title) if url else text


def part_of(stem: str) -> dict[str, str]:
    """The part of the course that a lesson belongs to, and its color on the map; gray for what is no lesson."""
    from course_lib.workshop.viz.course_map import PARTS
    from course_lib.workshop.viz.style import GRAY

    part = next((lesson.part for lesson in LESSONS if lesson.stem == stem), "")
    return {"part": part, "color": PARTS[part][1] if part in PARTS else GRAY}


def built_up(html: str) -> str:
    """Highlighted code whose paragraphs appear one by one, if it is long."""
    if html.count("\n") < LONG:
        return html
    before, code, after = re.match(r"(.*?<pre>)(.*)(</pre>.*)", html, re.DOTALL).groups()
    first, *others = re.split(r"\n\n+(?=.)", code)
    return before + first + "".join(f'<span class="fragment">\n\n{part}</span>' for part in others) + after
