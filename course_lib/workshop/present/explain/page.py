"""One HTML file in which a trained model runs: its weights, its tokenizer, and the forward pass in JavaScript.

The JavaScript in `page` tells the course a second time: one file for each box, with the names of `course_lib`.
"""

import html
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import Any

from course_lib.data import MetWords, Tokenizer
from course_lib.errors import CourseError
from course_lib.files import read_json, read_text
from course_lib.models import Vlm, find_model, load_model
from course_lib.workshop.lessons import LESSONS, Lesson
from course_lib.workshop.present.explain.seeing import of_pictures
from course_lib.workshop.present.explain.supported import check_config, check_tokenizer
from course_lib.workshop.present.explain.weights import pack
from course_lib.workshop.present.repository import address_of_lessons, repository_address
from course_lib.workshop.viz.bundle import bundle
from course_lib.workshop.viz.viewer import for_script

FOLDER = Path(__file__).parent / "page"
STYLES = sorted(FOLDER.glob("view/*.css"))
LARGEST = 25.0  # megabytes of a page that opens on any machine


class LivePage:
    """The page of one model.

    Args:
        name: of a model in data/models, or a folder.
        lessons: where a lesson can be read, `{}` for the name of its file; "" where nowhere. Default: in the repository
            that pyproject.toml names.

    Raises:
        CourseError: there is no such model, it is damaged, or it has a part that the page does not compute.
    """

    def __init__(self, name: Path | str, lessons: str | None = None):
        self.lessons = address_of_lessons(repository_address()) if lessons is None else lessons
        self.folder = find_model(name)
        self.model, *self.preparers = load_model(name)
        check_config(name, self.model)
        self.tokenizer = read_json(self.folder / Tokenizer.file)
        check_tokenizer(name, self.tokenizer)

    @property
    def megabytes(self) -> float:
        """What the weights take in the page: two bytes each, and four letters for three bytes."""
        return self.model.num_parameters() * 2 * 4 / 3 / 1e6

    @property
    def about_model(self) -> str | None:
        """What the card of a trained model says that it is, None where there is no card."""
        card = self.folder / "card.json"
        return read_json(card).get("model") if card.exists() else None

    def contents(self) -> dict[str, Any]:
        """What the page knows of the model. Raises CourseError where a weight is too large for 16 bits."""
        words = self.folder / MetWords.file
        pictures = of_pictures(self.model, *self.preparers) if isinstance(self.model, Vlm) else {}
        return {
            "name": self.folder.name,
            "about": self.about_model,
            "architecture": type(self.model).__name__,
            "parameters": self.model.num_parameters(),
            "config": asdict(self.model.config),
            "tokenizer": self.tokenizer,
            "words": sorted(MetWords.load(words).words) if words.exists() else None,
            "lessons": {lesson.name: self.about(lesson) for lesson in LESSONS},
            "weights": pack(self.model),
            **pictures,
        }

    def about(self, lesson: Lesson) -> dict[str, str]:
        """What the page says of a lesson, and where it leads."""
        title = f"Lesson {lesson.number:02}: {lesson.title}"
        return {"title": title, "file": f"notebooks/{lesson.stem}.ipynb", "address": self.lessons.format(lesson.stem)}

    def html(self, large: bool = False) -> str:
        """The file. Raises CourseError as `contents` does, and where it is heavy and nobody asked for a `large` one."""
        if self.megabytes > LARGEST and not large:
            raise CourseError(
                f"the page would have {self.megabytes:.0f} MB, more than the {LARGEST:.0f} MB that open everywhere; "
                "--large writes it all the same"
            )
        return Template(read_text(FOLDER / "explain.html")).substitute(
            title=html.escape(self.folder.name),
            style="\n".join(map(read_text, STYLES)),
            script=bundle(read_text(FOLDER / "explain.js"), FOLDER),
            contents=for_script(self.contents()),
        )
