"""Pages of the site that are made of what the course knows of itself, as MyST Markdown."""

import csv
import io
import pkgutil
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import course_lib
from course_lib.files import read_text
from course_lib.workshop.lessons import LESSONS, Lesson
from course_lib.workshop.present.site.lesson import LIVE, LessonOnSite
from course_lib.workshop.present.site.links import room_of

TITLE = "From one attention head to a vision-language model"
NOT_SHOWN = re.compile(
    r"course_lib\.(.*__main__|workshop\.(cli\b.*|exercises\.lesson_\d\d|present\.site\.(conf|first_cell)))"
)
TERMS = Path(__file__).parent / "glossary.csv"
HOME = f"""# {TITLE}

A course in notebooks that rebuilds lecture slides on large models box by box. Each lesson works a thing out by hand
on a few numbers, builds it in a few lines, checks that it equals PyTorch's own, breaks it to see what it was good for,
and then trains it on a small world of sentences whose right answers are known.

![The road of the course, from an attention head to a vision-language model](road.png)
"""


def home(parts: Sequence[LessonOnSite], others: Iterable[str], live: Iterable[str]) -> str:
    """The first page: `live` models, the lessons with their claims; in the sidebar all pages, `others` at its end."""
    links = ", ".join(f'<a href="{LIVE}/{name}.html">{name}</a>' for name in live)
    texts = [HOME, f"Models that run in a page of their own, to look into each box: {links}." if links else ""]
    for name, group in groupby(parts, key=lambda part: part.lesson.part):
        listed = list(group)
        texts.append(f"## {name}\n\n:::{{container}} lessons\n" + "\n".join(map(entry, listed)) + "\n:::")
        texts.append(toctree([part.page for part in listed], name))
    return "\n\n".join([*texts, toctree(others, "Beside the lessons")]) + "\n"


def entry(part: LessonOnSite) -> str:
    """A lesson in the list of all."""
    lesson = part.lesson
    return f"- [{lesson.number:02} · {lesson.title}]({part.page}) · {part.time}\n\n  {part.claim}"


def toctree(pages: Iterable[str], caption: str = "") -> str:
    """Pages that follow one another, for the sidebar."""
    options = f":hidden:\n:caption: {caption}" if caption else ":maxdepth: 1"
    return f"```{{toctree}}\n{options}\n\n" + "\n".join(pages) + "\n```"


def exercises(parts: Sequence[LessonOnSite]) -> str:
    """The list of all sheets."""
    text = "# Exercises\n\nTo read here, or to download; `course start` copies those of a lesson to work in.\n\n"
    return text + toctree(part.sheet for part in parts if part.sheet).replace("notebooks/", "/notebooks/") + "\n"


def library(rooms: Iterable[str]) -> str:
    """The list of all rooms."""
    text = "# The library\n\nWhat `course_lib` offers, room by room, from its signatures and docstrings.\n\n"
    return text + toctree(rooms) + "\n"


def studies(paths: Iterable[str]) -> str:
    """The list of all studies."""
    text = "# Studies\n\nQuestions that took controls and several seeds. The numbers of the lessons lead here.\n\n"
    return text + toctree(Path(path).stem for path in paths) + "\n"


def find_rooms() -> dict[str, list[str]]:
    """The modules of the library by the room in which they are; those that hold answers to exercises are left out."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.walk_packages(course_lib.__path__, "course_lib."):
        if not NOT_SHOWN.fullmatch(module.name):
            found.setdefault(room_of(module.name + ".*" * module.ispkg), []).append(module.name)
    return dict(sorted(found.items()))


def room_page(room: str, modules: Sequence[str]) -> str:
    """The page of a room: what each of its modules offers. What a folder offers is told where it is made."""
    texts = [f"# {room}"]
    for module in modules:
        name = module.partition(f".{room}")[2].lstrip(".") or module.rpartition(".")[2] * (room == "course_lib")
        folder = any(other.startswith(f"{module}.") for other in modules)
        title, options = f"## {name}\n\n" * bool(name), "\n   :no-members:" * folder
        texts.append(f"{title}```{{eval-rst}}\n.. automodule:: {module}{options}\n```")
    return "\n\n".join(texts) + "\n"


def glossary() -> str:
    """The terms of the course, each with its lesson; a course of your own may lack some lessons."""
    lessons = {lesson.name: lesson for lesson in LESSONS}
    rows = [row for row in terms() if row["lesson"] in lessons]
    entries = [f"{row['term']}\n  {row['meaning']} {link_to(lessons[row['lesson']])}" for row in rows]
    return "# Glossary\n\n:::{glossary}\n" + "\n\n".join(entries) + "\n:::\n"


def link_to(lesson: Lesson) -> str:
    """A link to a lesson, from a page that lies beside the notebooks."""
    return f"[Lesson {lesson.number:02}](/notebooks/{lesson.stem}.ipynb)"


def terms() -> list[dict[str, str]]:
    """The rows of the glossary by the alphabet: term, name of its lesson, meaning."""
    return sorted(csv.DictReader(io.StringIO(read_text(TERMS))), key=lambda row: row["term"].lower())
