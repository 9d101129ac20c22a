"""The page of each lesson, without a network: it asks for nothing, complains of nothing, and shows every picture."""

import nbformat
import pytest

from course_lib.workshop.cli.lessons import html_of
from course_lib.workshop.present.exporter import LessonPage
from tests.notebooks.lesson import LESSON_FILES
from tests.workshop.present.test_exporter import CODE, FORMULA


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_lesson_can_be_read(path, tmp_path, offline):
    notebook, page = nbformat.read(path, as_version=4), tmp_path / "page.html"
    page.write_text(html_of(LessonPage(), notebook, path.stem), encoding="utf-8")
    offline.goto(page.as_uri())
    prose = [CODE.sub("", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    assert offline.locator("math").count() == sum(len(FORMULA.findall(text)) for text in prose)
    assert offline.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert offline.complaints == []
