"""Builds the site: a folder for Sphinx to read, what Sphinx makes of it, and the decks and live pages beside it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from matplotlib import pyplot as plt

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.lessons import CAPSTONE, LESSONS, Lesson
from course_lib.workshop.present.explain import LivePage
from course_lib.workshop.present.repository import repository_address
from course_lib.workshop.present.site.lesson import LIVE, LessonOnSite
from course_lib.workshop.present.site.pages import exercises, find_rooms, glossary, home, library, room_page, studies
from course_lib.workshop.present.site.studies import study_pages
from course_lib.workshop.viz import course_style, draw_course_map, save_png

SETTINGS = Path(__file__).parent  # has conf.py
MARK = ".buildinfo"  # Sphinx leaves it in what it has built
TEXTS = "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", "notebooks/exercises/README.md"
FOLDERS = "course_lib", "tests", "data"  # what texts link to
ABOUT = "About <README>", "Notes for lecturers <notebooks/exercises/README>", "CONTRIBUTING", "CHANGELOG"
MODELS = "translator", "chat", "vlm"
LESSON = "../notebooks/{}.html"  # as a live page finds it
INSTALL = f'in {REPOSITORY}: {sys.executable} -m pip install -e ".[site]"'


@dataclass(frozen=True)
class Site:
    """What is on the site.

    Args:
        lessons: those that are shown, with their decks and exercises.
        pages: more pages, by their paths, as MyST Markdown.
        rooms: the modules of the library, by the room in which they are.
        live: the names of the models that run in a page of their own.
        address: of the repository; "" for none.
    """

    lessons: Sequence[Lesson] = LESSONS
    pages: Mapping[str, str] = field(default_factory=dict)
    rooms: Mapping[str, Sequence[str]] = field(default_factory=find_rooms)
    live: Sequence[str] = MODELS
    address: str = field(default_factory=repository_address)

    def build(self, out: Path) -> None:
        """Write the site to the folder `out`, in the place of one that is there.

        Raises:
            CourseError: Sphinx is missing, or complains; `out` holds something else.
        """
        if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
            raise CourseError(f"{out} holds something else than a site; name another folder, or empty it")
        with tempfile.TemporaryDirectory() as scratch:
            source, html = Path(scratch, "source"), Path(scratch, "html")
            self.write_sources(source)
            run_sphinx(source, html)
            self.write_beside(html)
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(html, out)

    @property
    def parts(self) -> list[LessonOnSite]:
        """All that the site has of its lessons."""
        return [LessonOnSite(lesson, self.address, self.live) for lesson in self.lessons]

    @property
    def capstone(self) -> LessonOnSite:
        """The sheet without a lesson."""
        return LessonOnSite(CAPSTONE, self.address)

    def write_sources(self, source: Path) -> None:
        """What Sphinx reads; files of the repository have their places in it, so that relative links hold."""
        for name in TEXTS:
            write(source / name, (REPOSITORY / name).read_bytes())
        for name in FOLDERS:
            (source / name).symlink_to(REPOSITORY / name)
        draw_road(source / "road.png")
        for name, text in self.sources().items():
            write(source / name, text.encode())

    def sources(self) -> dict[str, str]:
        """Return the text of each page by its path, for Sphinx."""
        made = {name: text for part in self.parts for name, text in part.sources().items()}
        made |= {f"library/{room}.md": room_page(room, modules) for room, modules in self.rooms.items()}
        made |= {"library/index.md": library(self.rooms), "glossary.md": glossary()}
        made |= study_pages() | {"studies/index.md": studies(study_pages())}
        made |= self.capstone.sheet_source({"All exercises": "notebooks/exercises/index.html"})
        made |= {"notebooks/exercises/index.md": exercises([*self.parts, self.capstone])} | dict(self.pages)
        others = "notebooks/exercises/index", "glossary", "studies/index", *self.pages, "library/index", *ABOUT
        return made | {"index.md": home(self.parts, others, self.live)}

    def write_beside(self, html: Path) -> None:
        """What Sphinx has no part in: decks, notebooks to open alone, and models alive in a page."""
        made = {name: text for part in self.parts for name, text in part.beside().items()}
        made |= self.capstone.notebooks(self.capstone.sheet)
        made |= {f"{LIVE}/{name}.html": LivePage(name, LESSON).html() for name in self.live}
        for name, text in made.items():
            write(html / name, text.encode())


def draw_road(path: Path) -> None:
    """The map of the course for the first page."""
    with course_style():
        figure = draw_course_map().figure
        save_png(figure, path)
        plt.close(figure)


def write(path: Path, content: bytes) -> None:
    """Write a file, in a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def run_sphinx(source: Path, html: Path) -> None:
    """Let Sphinx make pages. Raises CourseError where it is missing, or complains."""
    if not find_spec("sphinx"):
        raise CourseError(f"the site needs Sphinx; {INSTALL}")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", str(SETTINGS), str(source), str(html)]
    if subprocess.run(command, check=False).returncode:
        raise CourseError("Sphinx complains; its messages are above")
