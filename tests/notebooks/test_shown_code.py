"""What a lesson shows as the library's code is the library's code, docstrings, annotations and comments apart."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.lesson import LESSON_FILES, Lesson, lesson_at
from tests.notebooks.shown_code import differs_from_the_library

LIBRARY = '''
"""Doubling."""

class Double:
    """Gives twice of a number."""

    def __call__(self, x: BTD) -> BTD:
        """Return 2 x."""
        return 2 * x  # not x + x

def zero():
    """Nothing."""
    return 0
'''


@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_class_shown_in_a_lesson_equals_the_librarys(path):
    assert not list(differs_from_the_library(lesson_at(path)))


def complaints(cell, folder):
    """What is said about a lesson with this one cell, where the library has one file, doubling.py."""
    (folder / "course_lib").mkdir()
    (folder / "course_lib" / "doubling.py").write_text(LIBRARY)
    nbformat.write(new_notebook(cells=[new_code_cell(cell, execution_count=4)]), folder / "lesson.ipynb")
    return list(differs_from_the_library(Lesson(folder / "lesson.ipynb"), repository=folder))


@pytest.mark.parametrize(
    "cell",
    [
        "# course_lib/doubling.py\nclass Double:\n    def __call__(self, x):\n        return 2 * x",
        "# course_lib/doubling.py\n\ndef zero():\n    return 0  # the number\n\nprint(zero())",
        "# Our own doubling\ndef zero():\n    return 1",
    ],
)
def test_equal_code_passes_without_its_docstrings_annotations_and_comments(cell, tmp_path):
    assert complaints(cell, tmp_path) == []


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ("# course_lib/doubling.py\ndef zero():\n    return 1", "shows zero, which is not what"),
        ("# course_lib/doubling.py\ndef one():\n    return 1", "shows one, which is not what"),
        ("# course_lib/tripling.py\ndef zero():\n    return 0", "not what course_lib/tripling.py has"),
        ("# course_lib/doubling.py\nx = 2", "shows no class or function"),
    ],
)
def test_other_code_is_named(cell, complaint, tmp_path):
    assert [complaint in message for message in complaints(cell, tmp_path)] == [True]
