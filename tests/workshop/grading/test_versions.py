"""A newer edition of a sheet comes into a student's copy, and nothing that the student wrote is lost."""

import copy
import itertools

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.workshop.grading.versions import STAMP, changes, digest, merged, stamp
from tests.workshop.grading.small_course import known

QUESTION, ANSWER, CHECK = "## {0} · A title\n\nAsked with E = 64.", "x{1} = None", 'check("{0}", x{1})'


def sheet(*numbers, **texts):
    """A student edition with these exercises; `texts` replace the texts of cells: question_1, answer_1, check_1."""
    cells = [new_markdown_cell("# Small", id="card")]
    for number in numbers:
        for kind, text in (("question", QUESTION), ("answer", ANSWER), ("check", CHECK)):
            make = new_markdown_cell if kind == "question" else new_code_cell
            name = f"{kind}-01-{number}"
            named = {} if kind == "question" else known(name, solution=kind == "answer", grade=kind == "check")
            source = texts.get(f"{kind}_{number}", text.format(f"01.{number}", number))
            cells.append(make(source, id=name, metadata=named))
    notebook = new_notebook(cells=cells)
    stamp(notebook)
    return notebook


def answered(edition, **texts):
    """A copy of an edition in which a student has changed some cells, such as answer_1."""
    mine = copy.deepcopy(edition)
    for cell in mine.cells:
        cell.source = texts.get(cell.id.replace("-01-", "_"), cell.source)
    return mine


def sources(notebook):
    return [cell.source for cell in notebook.cells]


NEW = "## 01.1 · A title\n\nAsked with E = 100."


def test_a_changed_question_comes_into_the_copy_and_the_answer_stays():
    mine = answered(sheet(1, 2), answer_1="x1 = 8", answer_2="x2 = 9")
    edition = sheet(1, 2, question_1=NEW, check_2='check("01.2", x2, 3)')
    assert changes(mine, edition) == ["01.1 has changed", "01.2 has changed"]
    assert sources(merged(mine, edition)) == sources(answered(edition, answer_1="x1 = 8", answer_2="x2 = 9"))
    assert changes(merged(mine, edition), edition) == []


def test_an_empty_answer_gets_its_new_start_and_a_written_one_is_told():
    edition = sheet(1, answer_1="y1 = None")
    (said,) = changes(sheet(1), edition)
    assert said == "01.1 has changed, also the start of its answer, which `course reset 01.1` brings"
    assert sources(merged(sheet(1), edition)) == sources(edition)
    assert "x1 = 8" in sources(merged(answered(sheet(1), answer_1="x1 = 8"), edition))


def test_a_new_exercise_comes_where_the_edition_has_it():
    mine, edition = answered(sheet(1, 3), answer_3="x3 = 7"), sheet(1, 2, 3)
    assert changes(mine, edition) == ["01.2 is new"]
    assert sources(merged(mine, edition)) == sources(answered(edition, answer_3="x3 = 7"))


def test_an_answer_stays_when_its_exercise_has_gone():
    mine, edition = answered(sheet(1, 2), answer_2="x2 = 9"), sheet(1)
    assert changes(mine, edition) == ["01.2 is no longer in the sheet"]
    assert sources(merged(mine, edition)) == [*sources(edition), "x2 = 9"]


def test_what_the_student_added_stays_behind_the_cell_that_it_followed():
    mine = answered(sheet(1, 2), answer_1="x1 = 8")
    mine.cells.insert(3, new_code_cell("print(x1)"))
    mine.cells.insert(0, new_markdown_cell("My notes"))
    result = sources(merged(mine, sheet(1, 2, question_1=NEW)))
    assert result[0] == "My notes"
    assert result[2:5] == [NEW, "x1 = 8", "print(x1)"]


def test_a_question_that_both_have_changed_is_there_twice():
    mine = answered(sheet(1), question_1="## 01.1 · A title\n\nMy words.")
    assert sources(merged(mine, sheet(1, question_1=NEW)))[1:3] == [NEW, "## 01.1 · A title\n\nMy words."]


def test_a_question_that_only_the_student_has_changed_or_removed_stays_so():
    mine = answered(sheet(1, 2), question_1="My words.")
    del mine.cells[4]
    result = sources(merged(mine, sheet(1, 2, check_2="new")))
    assert result[1] == "My words."
    assert result[4:] == ["x2 = None", "new"]


def test_a_copy_without_a_stamp_keeps_its_answers_and_both_versions_of_what_differs():
    mine = answered(sheet(1, 2), answer_1="x1 = 8")
    del mine.metadata[STAMP]
    edition = sheet(1, 2, question_1=NEW)
    assert changes(mine, edition) == ["01.1 has changed"]
    assert sources(merged(mine, edition))[1:4] == [NEW, sources(mine)[1], "x1 = 8"]
    assert changes(merged(mine, edition), edition) == []


def test_a_copy_of_the_newest_edition_has_no_changes_whatever_was_answered():
    mine = answered(sheet(1, 2), answer_1="x1 = 8", question_2="My words.")
    assert changes(mine, sheet(1, 2)) == []


def test_answers_typed_into_the_edition_are_no_change_of_the_sheet():
    mine = answered(sheet(1, 2), answer_1="x1 = 8")
    edition = answered(sheet(1, 2), answer_1="x1 = 7", answer_2="x2 = 9")
    assert changes(mine, edition) == []
    assert "x1 = 8" in sources(merged(mine, edition))
    assert changes(merged(mine, edition), edition) == []


def test_an_edition_without_a_stamp_is_compared_by_its_cells():
    mine, edition = answered(sheet(1, 2), answer_1="x1 = 8"), sheet(1, 2, question_1=NEW)
    del edition.metadata[STAMP]
    assert changes(mine, edition) == ["01.1 has changed"]
    result = merged(mine, edition)
    assert sources(result) == sources(answered(edition, answer_1="x1 = 8"))
    assert changes(result, edition) == []


@pytest.mark.parametrize("spoil", ["twice", "no ids", "no names"])
def test_a_damaged_copy_becomes_a_valid_notebook_with_all_that_was_written(spoil):
    mine = answered(sheet(1, 2), answer_1="x1 = 8")
    if spoil == "twice":
        mine.cells.insert(2, copy.deepcopy(mine.cells[2]))
        mine.cells[2].source = "x1 = 7"
    for cell in mine.cells:
        if spoil == "no ids":
            del cell["id"]
        if spoil == "no names":
            cell.metadata.pop("nbgrader", None)
    mine.nbformat_minor = 4 if spoil == "no ids" else 5
    result = merged(mine, sheet(1, 2, question_1=NEW))
    nbformat.validate(result)
    assert len({cell.id for cell in result.cells}) == len(result.cells)
    assert {cell.source for cell in mine.cells if cell.source[:4] in ("x1 =",)} <= set(sources(result))
    assert NEW in sources(result)


CHANGED = ["question_1", "answer_1", "check_1", "question_2", "answer_2", "check_2"]


def test_no_text_of_a_student_is_ever_lost():
    """Every two cells that the student and the edition change or remove; the student's texts are all there."""
    choices = list(itertools.combinations(CHANGED, 2))
    for by_student, by_edition, kept in itertools.product(choices, choices, [(1, 2), (1,)]):
        mine = answered(sheet(1, 2), **{name: f"student: {name}" for name in by_student})
        edition = sheet(*kept, **{name: f"## edition: {name}" for name in by_edition})
        result = merged(mine, edition)
        assert {f"student: {name}" for name in by_student} <= set(sources(result))
        wanted = {digest(cell) for cell in edition.cells if "edition" in cell.source and "answer" not in cell.source}
        assert wanted <= {digest(cell) for cell in result.cells}
