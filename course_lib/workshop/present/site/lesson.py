"""What the site has of a lesson: its page, its deck, its exercises, and both notebooks to open alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_lib.runtime import REPOSITORY
from course_lib.workshop.lessons import Lesson
from course_lib.workshop.present.alive import live_address, named_model
from course_lib.workshop.present.card import claim, time_needed
from course_lib.workshop.present.deck import Deck
from course_lib.workshop.present.site.alone import opened_alone, services
from course_lib.workshop.present.site.links import ON_SITE, with_links_to_pages

LIVE = "live"  # the folder of the live pages


@dataclass(frozen=True)
class LessonOnSite:
    """A lesson, the `address` of the repository, or "", and the names of the models that have a `live` page."""

    lesson: Lesson
    address: str
    live: Sequence[str] = ()

    @property
    def page(self) -> str:
        """The notebook of the lesson, in the repository and for Sphinx."""
        return f"notebooks/{self.lesson.stem}.ipynb"

    @property
    def sheet(self) -> str | None:
        """The student edition of its exercises, if it has any."""
        path = f"notebooks/exercises/release/{self.lesson.stem}/{self.lesson.stem}.ipynb"
        return path if (REPOSITORY / path).exists() else None

    @property
    def deck(self) -> str:
        """Its lecture."""
        return f"decks/{self.lesson.stem}.html"

    @property
    def claim(self) -> str:
        """What it claims, as its card says."""
        return claim(read(self.page))

    @property
    def time(self) -> str:
        """How long it takes, as its card says."""
        return time_needed(read(self.page))

    @property
    def is_alive(self) -> bool:
        """Whether the site has the live page that it names."""
        return named_model(read(self.page)) in self.live

    def sources(self) -> dict[str, str]:
        """What Sphinx reads of it: the text of each file by its path."""
        links, sheet = {"Lecture": self.deck}, {}
        if self.is_alive:
            links["Alive"] = live_address(read(self.page), LIVE)
        if self.sheet:
            links["Exercises"] = f"{self.sheet.removesuffix('.ipynb')}.html"
            sheet = self.sheet_source({"Lesson": f"notebooks/{self.lesson.stem}.html"})
        return {self.page: as_page(read(self.page), self.page, links | self.links(self.page)), **sheet}

    def sheet_source(self, links: dict[str, str]) -> dict[str, str]:
        """What Sphinx reads of its exercises, with these `links` and those to the notebook."""
        return {self.sheet: as_page(read(self.sheet), self.sheet, links | self.links(self.sheet))}

    def links(self, path: str) -> dict[str, str]:
        """To the notebook as a file, and to what opens it."""
        return {"Notebook": alone(path)} | services(self.address, alone(path))

    def beside(self) -> dict[str, str]:
        """What stands beside Sphinx's pages: the text of each file by its path."""
        exporter = Deck(live=f"../{LIVE}" if self.is_alive else "", links=ON_SITE)
        deck, _ = exporter.from_notebook_node(read(self.page), {"metadata": {"name": self.lesson.stem}})
        return {self.deck: deck} | self.notebooks(self.page, *filter(None, [self.sheet]))

    def notebooks(self, *paths: str) -> dict[str, str]:
        """Notebooks of the repository, to be opened alone."""
        return {alone(path): opened_alone(read(path), self.address) for path in paths}


def read(path: str) -> NotebookNode:
    """A notebook of the repository."""
    return nbformat.read(REPOSITORY / path, as_version=4)


def alone(path: str) -> str:
    """Where the site has a notebook of the repository to be opened alone."""
    return f"alone/{'exercises/' if 'exercises' in path else ''}{Path(path).name}"


def as_page(notebook: NotebookNode, path: str, links: dict[str, str]) -> str:
    """The text of the notebook with `links` below its card: words, and addresses within the site."""
    up = "../" * path.count("/")
    items = "".join(f'<li><a href="{escape(within(address, up))}">{words}</a></li>' for words, address in links.items())
    card, *others = map(with_links_to_pages, notebook.cells)
    bar = new_markdown_cell(f'<ul class="elsewhere">{items}</ul>')
    return nbformat.writes(NotebookNode(notebook, cells=[card, bar, *others]))


def within(address: str, up: str) -> str:
    """An address as a page finds it from which the root of the site is `up`."""
    return address if ":" in address else up + address
