"""Every lesson is a sitting of an hour with a lecture in it; and every rule can fail."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks import sitting
from tests.notebooks.lesson import LESSON_FILES, Lesson, lesson_at
from tests.notebooks.sitting import RULES


@pytest.mark.house
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_lesson_is_a_sitting(path, rule):
    assert not list(rule(lesson_at(path)))


def lesson(tmp_path, *cells):
    """A `Lesson` with the name of the first one, of texts (prose) and lists of lines (code)."""
    notebook = new_notebook(
        cells=[new_markdown_cell(cell) if isinstance(cell, str) else new_code_cell("\n".join(cell)) for cell in cells]
    )
    made = Lesson(tmp_path / LESSON_FILES[1].name)
    made.__dict__["notebook"] = notebook
    return made


def words(count):
    return "word " * count


CASES = {
    "takes_an_hour_at_most": (words(5900), words(5901)),
    "has_a_lecture_of_45_minutes_at_most": (words(4400), words(4401)),
    "projects_short_prose": ("## A\n" + words(88) + "\n| a table | with words |", words(91)),
    "projects_every_slide": ("## Multiple Attention Heads", "## Attention"),
    "has_lines_that_fit_the_screen": (["x" * 92], ["x" * 93]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_is_kept_and_broken(tmp_path, name):
    good, bad = CASES[name]
    rule = getattr(sitting, name)
    assert not list(rule(lesson(tmp_path, good)))
    assert list(rule(lesson(tmp_path, bad)))


def test_the_minutes_told_are_the_counted_ones_rounded_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sitting, "find_lesson", lambda stem: type("Told", (), {"minutes": 50}))
    assert not list(sitting.says_how_long_it_takes(lesson(tmp_path, words(4801))))
    assert list(sitting.says_how_long_it_takes(lesson(tmp_path, words(4901))))


@pytest.mark.parametrize(
    ("cells", "is_kept"),
    [
        (("*Predict* it.", ["1"], "So it is."), True),
        (("*Predict* it.", "More.", ["1"], ["2"], "So it is."), True),
        (("*Predict* it.", ["1"]), False),
        (("*Predict* it.", "So it is."), False),
        (("## Check it\n*Predict* it.", ["1"], "So it is."), False),
        (("*Predict* it.", "## Check", ["1"], "So it is."), False),
    ],
)
def test_a_prediction_is_asked_run_and_answered_on_the_lecture_path(tmp_path, cells, is_kept):
    assert (not list(sitting.projects_each_prediction_with_its_answer(lesson(tmp_path, *cells)))) == is_kept
