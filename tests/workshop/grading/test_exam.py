"""In an exam each student has numbers of his own; his notebook holds no truth, and is judged by them."""

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook

from course_lib.errors import CourseError
from course_lib.workshop.exercises import check, find_exercise
from course_lib.workshop.exercises.checking import examine
from course_lib.workshop.grading import EDITIONS, Limits, grade_exam, make_exam
from course_lib.workshop.grading.exam import FOR, finder, read_exam
from course_lib.workshop.grading.exam_sheets import source_of, write_source
from course_lib.workshop.grading.grade import numbers_of
from course_lib.workshop.grading.students import plain
from course_lib.workshop.grading.submissions import Submission
from tests.workshop.grading.small_course import cell_named, write

SAMPLE = EDITIONS / "exam" / "90_sample.py"
STUDENTS = ["Ana", "O'Brien, Bo", "Cem", "Dia"]


def answers(notebook):
    """The answers in a notebook by the exercise, computed."""
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "check(" not in cell.source:
            exec(cell.source, names)
        elif cell.cell_type == "code":
            exercise, given = re.search(r'check\("(.+?)", (.+)\)', cell.source).groups()
            yield exercise, eval(given, names)


def test_each_student_has_numbers_of_his_own_and_keeps_them():
    exam = read_exam(SAMPLE)
    texts = [[question.text for question in exam.questions_for(student)] for student in ("ana", "bo", "ana")]
    assert texts[0] == texts[2]
    assert [a == b for a, b in zip(texts[0], texts[1], strict=True)] == [False, False, True, False]


def test_the_answers_of_a_student_are_right_for_him_and_wrong_for_another():
    exam = read_exam(SAMPLE)
    mine, others = exam.exercises_for("ana"), exam.exercises_for("bo")
    for exercise, answer in answers(source_of(exam, "ana")):
        assert examine(mine[exercise], answer).points == mine[exercise].points
        assert bool(examine(others[exercise], answer).points) == others[exercise].wants_a_function


def test_a_run_finds_the_questions_of_its_exam_and_all_others_in_the_library(tmp_path):
    exam = read_exam(SAMPLE)
    write_source(exam, SAMPLE, tmp_path)
    find = finder(tmp_path, "ana")
    assert find("90.2").true_value(()) == exam.exercises_for("ana")["90.2"].true_value(())
    assert find("01.2") is find_exercise("01.2")


@pytest.mark.parametrize(
    ("answer", "said"), [(3, "recorded"), (lambda x: x + 1, "recorded"), ({"a": None}, "not attempted yet")]
)
def test_the_check_of_an_exam_records_and_judges_nothing(answer, said, capsys):
    assert check("90.1", answer) is None
    assert capsys.readouterr().out == f"90.1 {said}\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EXAM = Exam(", "MINE = Exam(", "defines no EXAM"),
        ("90_sample", "03_sample", 'the name "03_sample"'),
        ('id="90.2"', 'id="90.1"', "the ids 90.1, 90.1"),
        ('id="90.2"', 'id="91.2"', "the ids 90.1, 91.2"),
    ],
)
def test_a_file_that_is_no_exam_is_refused(old, new, said, tmp_path):
    path = tmp_path / "exam.py"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(said)):
        read_exam(path)


def test_two_students_with_one_name_and_a_folder_in_use_are_refused(tmp_path):
    with pytest.raises(CourseError, match="3 students, 2 names"):
        list(make_exam(SAMPLE, ["a", "b", "a"], tmp_path / "out"))
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(CourseError, match="has other things in it"):
        list(make_exam(SAMPLE, ["a"], tmp_path))


def with_a_secret(folder):
    """The sample as a lecturer's own exam."""
    path = folder / "90_sample.py"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace('secret=""', 'secret="ours"'), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("claimed", "names", "mine", "noted"),
    [
        ("Ana Silva", ("Ana Silva",), "Ana Silva", ""),
        ("asilva", ("Ana Silva", "asilva"), "asilva", ""),
        ("O_Brien", ("O'Brien",), plain("O'Brien"), "those of O_Brien"),
        (plain("O'Brien"), ("O'Brien",), plain("O'Brien"), ""),
        ("Ana Silva", ("Ana Silva Costa",), "Ana Silva Costa", "those of Ana Silva; it was judged with the numbers of"),
        ("Li", ("Lin",), "Lin", "those of Li; it was judged"),
        ("", ("Lin",), "Lin", "its questions are nobody's; it was judged with the numbers of Lin"),
        (None, ("Lin",), "Lin", "its questions are nobody's"),
        (["Lin"], ("Lin",), "Lin", "its questions are those of ['Lin']"),
    ],
)
def test_a_paper_is_judged_with_the_numbers_of_the_student_whoever_it_was_made_for(claimed, names, mine, noted):
    release, paper = new_notebook(metadata={FOR: ""}), new_notebook(metadata={} if claimed is None else {FOR: claimed})
    notes = list(numbers_of(paper, release, Submission(names[0], Path("x"), names=names)))
    assert paper.metadata[FOR] == mine
    assert bool(notes) == bool(noted)
    assert noted in "".join(notes)


def test_a_sheet_that_is_no_exam_has_no_numbers():
    paper = new_notebook(metadata={FOR: "Li"})
    assert list(numbers_of(paper, new_notebook(), Submission("Lin", Path("x")))) == []


CHEAP = r"""
import random
from course_lib.workshop.exercises import Exercise
from course_lib.workshop.exercises.cases import number
from course_lib.workshop.grading.exam import Exam, Question

def product(seed):
    a, b = random.Random(seed).sample(range(100, 999), 2)
    exercise = Exercise(id="91.1", title="A product", points=2, truth=lambda: a * b, mistakes=[("a sum", a + b)])
    return Question(exercise=exercise, text=f"{a} times {b}?",
                    answer=f"answer = None\n### BEGIN SOLUTION\nanswer = {a * b}\n### END SOLUTION")

def double(seed):
    exercise = Exercise(id="91.2", title="Double", points=1, truth=lambda x: 2 * x,
                        cases=lambda seed: [(number(seed, 3, 9),)], mistakes=[("a square", lambda x: x * x)])
    answer = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    return Question(exercise=exercise, text="Double x.", answer=answer, given="double")

EXAM = Exam(name="91_cheap", title="Cheap", secret="a b c", questions=[product, double], setup="pass")
"""
CLASS = ["Ana Silva", "Ana Silva Costa", "Li", "Lin", "José Núñez", *(f"student {number:02}" for number in range(15))]


@pytest.mark.slow
def test_the_answers_to_a_neighbors_numbers_are_worth_nothing(tmp_path):
    (tmp_path / "exam.py").write_text(CHEAP, encoding="utf-8")
    exam, solved = read_exam(tmp_path / "exam.py"), {}
    for path in make_exam(tmp_path / "exam.py", CLASS, tmp_path / "made"):
        solved[path.parent.name] = nbformat.read(path, as_version=4)
        for cell in source_of(exam, path.parent.name).cells:
            if cell.get("metadata", {}).get("nbgrader", {}).get("solution"):
                cell_named(solved[path.parent.name], cell.metadata.nbgrader.grade_id).source = cell.source
    for number, student in enumerate(CLASS):  # each second one hands in the neighbor's paper
        folder = tmp_path / "in" / f"{student}_{4700 + number}_assignsubmission_file"
        write(solved[CLASS[number - number % 2]], folder / "91_cheap.ipynb")
    steps = grade_exam(tmp_path / "exam.py", tmp_path / "in", tmp_path / "out", Limits(), seed=7)
    grades = {grade.student: grade for *_, grade in steps}
    assert {name: grade.points for name, grade in grades.items()} == {
        student: 1 if number % 2 else 3 for number, student in enumerate(CLASS)
    }
    for number, student in enumerate(CLASS):
        said = f"those of {CLASS[number - 1]}; it was judged with the numbers of {student}" if number % 2 else ""
        assert said in "".join(grades[student].notes)
        assert bool(grades[student].notes) == bool(number % 2)


@pytest.mark.slow
def test_an_exam_is_made_solved_and_graded(tmp_path):
    path = with_a_secret(tmp_path)
    exam, sheets = read_exam(path), list(make_exam(path, STUDENTS, tmp_path / "made"))
    notebooks = [nbformat.read(path, as_version=4) for path in sheets]
    for sheet, notebook in zip(sheets, notebooks, strict=True):
        student = notebook.metadata[FOR]
        assert sheet.parent.name == student
        assert not re.search(r"SOLUTION|block\[:, None\]|summary", nbformat.writes(notebook))
        for cell in source_of(exam, student).cells:
            if cell.get("metadata", {}).get("nbgrader", {}).get("solution"):
                cell_named(notebook, cell.metadata.nbgrader.grade_id).source = cell.source
        if student != "Ana":
            wrong = "answer = {'scores': [9, 9, 9], 'weights': [0, 0, 1]}"
            cell_named(notebook, "answer-90-1").source = wrong
        write(notebook, tmp_path / "in" / student / sheet.name)
    write(copy.deepcopy(notebooks[0]), tmp_path / "in" / "Eve" / f"{exam.name}.ipynb")
    grades = {g.student: g for *_, g in grade_exam(path, tmp_path / "in", tmp_path / "out", Limits(), seed=7)}
    assert [grade.points for name, grade in sorted(grades.items()) if name != "Eve"] == [7, 5, 5, 5]
    assert grades["Ana"].notes == []
    assert "its questions are those of Ana; it was judged with the numbers of Eve" in grades["Eve"].notes[0]
    assert [result.exercise for result in grades["Eve"].exercises if result.passed] == ["90.3"]
    assert "90.1" in (tmp_path / "out" / "mistakes.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "out" / "feedback").rglob("*.py"))
