"""Source and student editions follow the rules, are in step, and say what they should."""

import copy

import matplotlib
import matplotlib.pyplot as plt
import pytest

from course_lib.workshop.exercises.results import is_check, results
from course_lib.workshop.grading.editions import STUB, filled, generate_release
from course_lib.workshop.grading.heads import list_in_lesson
from course_lib.workshop.grading.versions import STAMP, stamp
from course_lib.workshop.lessons import CAPSTONE
from tests.notebooks.lesson import lesson_at
from tests.notebooks.tolerance import says_the_same
from tests.workshop.exercises.editions import RELEASES, SOURCES, lesson_of, rules_for

DEAR = {*SOURCES, *(path for path in RELEASES if path.name == "24_clip.ipynb")}  # they compute for seconds


def name(thing):
    return f"{thing.parents[1].name}-{thing.stem}" if hasattr(thing, "stem") else thing.__name__


@pytest.mark.parametrize("path", SOURCES + RELEASES, ids=name)
def test_every_edition_follows_every_rule(path):
    assert [(rule.__name__, wrong) for rule in rules_for(path) for wrong in rule(lesson_at(path))] == []


def without_outputs(notebook):
    """Of each cell what nbgrader makes: its text, its id and its metadata."""
    return [(cell.cell_type, cell.id, cell.source, cell.metadata) for cell in notebook.cells]


def test_there_is_a_student_edition_for_each_source():
    assert [path.stem for path in RELEASES] == [path.stem for path in SOURCES], "run `make green`"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_student_edition_is_the_one_that_its_source_gives(path):
    made, release = generate_release(lesson_at(path).notebook, path.stem), RELEASES[SOURCES.index(path)]
    stamp(made)
    stored = lesson_at(release).notebook
    assert without_outputs(stored) == without_outputs(made), "run `make green`"
    assert stored.metadata[STAMP] == made.metadata[STAMP], "run `make green`"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_source_edition_has_the_solutions_of_the_library_and_counts_its_exercises(path):
    assert without_outputs(filled(path)) == without_outputs(lesson_at(path).notebook), "run `make green`"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.stem != CAPSTONE.stem], ids=name)
def test_every_lesson_lists_its_exercises(path):
    lesson = lesson_of(lesson_at(path))
    told = copy.deepcopy(lesson.notebook)
    list_in_lesson(told, lesson_at(path).notebook)
    assert told == lesson.notebook, "run `make green`"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_source_edition_solves_all_of_its_exercises(path):
    assert [result.message for result in results(lesson_at(path).notebook) if not result.passed] == []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.slow) if path in DEAR else path for path in SOURCES + RELEASES],
    ids=name,
)
def test_every_edition_still_prints_what_it_stores(path, capsys, monkeypatch):
    """Its code runs here, which is faster than in a kernel of its own."""
    matplotlib.use("agg")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    variables = {}
    with plt.rc_context():
        for cell in lesson_at(path).code:
            exec(cell.source, variables)
            stored = "".join(output.text for output in cell.outputs if output.output_type == "stream")
            assert says_the_same(capsys.readouterr().out, stored), cell.source


@pytest.mark.parametrize("path", RELEASES, ids=name)
def test_every_student_edition_says_that_nothing_was_attempted(path):
    found = results(lesson_at(path).notebook)
    assert [result.message for result in found if result.attempted or result.points] == []


@pytest.mark.parametrize("path", RELEASES, ids=name)
def test_no_student_edition_holds_a_solution(path):
    cells = lesson_at(path).code
    assert not any("SOLUTION" in cell.source for cell in cells)
    answers = [cell.source for cell in cells if cell.metadata.get("nbgrader") and not is_check(cell)]
    assert all(STUB in answer for answer in answers)


@pytest.mark.parametrize("path", [path for path in RELEASES if path.stem != CAPSTONE.stem], ids=name)
def test_every_lesson_says_how_to_copy_its_sheet_where_it_links_to_it(path):
    """Answers in a copy are in the way of no update, unlike answers in the student edition, to which the link leads."""
    asked = next(cell.source for cell in lesson_of(lesson_at(path)).prose if path.name in cell.source)
    assert f"`course start {path.name[:2]}`" in asked
