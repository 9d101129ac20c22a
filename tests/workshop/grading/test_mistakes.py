"""The page about the class has each mistake with its count, and nothing that tells who made it."""

import csv

from course_lib.workshop.exercises import find_exercise
from course_lib.workshop.exercises.checking import examine
from course_lib.workshop.exercises.results import Result
from course_lib.workshop.grading.goals import goals_of
from course_lib.workshop.grading.grades import Grade
from course_lib.workshop.grading.mistakes import count_mistakes, write_mistakes

PLAIN = {"plain": 8, "scaled": 1, "slope": 0.09}
ANSWERS = (
    5 * [PLAIN] + 4 * [PLAIN | {"plain": 64}] + 3 * [PLAIN | {"slope": 0.7}] + 2 * [PLAIN | {"slope": 0.9}] + [None]
)


def grades(answers, name="01.2"):
    """A grade for each answer."""
    for number, answer in enumerate(answers):
        verdict = examine(find_exercise(name), answer)
        yield Grade(f"student {number}", "01_x", exercises=[Result(name, verdict.points, 1, verdict.message)])


def test_mistakes_are_counted_from_three_on():
    ((name, title, students, solved, mistakes),) = count_mistakes(grades(ANSWERS))
    assert (name, title, students, solved) == ("01.2", find_exercise("01.2").title, 15, 5)
    assert [count for _, count in mistakes] == [4, 3]
    assert "64 is the variance" in mistakes[0][0] and mistakes[1][0] == "another mistake"


def test_the_place_of_a_mistake_does_not_divide_it():
    upside_down = lambda lengths, size: find_exercise("01.4").truth(lengths, size).logical_not()  # noqa: E731
    ((*_, mistakes),) = count_mistakes(grades(3 * [upside_down], "01.4"))
    ((mistake, count),) = mistakes
    assert "upside down" in mistake and count == 3


def test_two_students_are_no_class():
    assert count_mistakes(grades(ANSWERS[:2])) == []


def test_page_and_table_name_nobody(tmp_path):
    write_mistakes(tmp_path, list(grades(ANSWERS)))
    page = (tmp_path / "mistakes.html").read_text(encoding="utf-8")
    assert "<li>4 × 64 is the variance" in page
    assert "5 (33%)" in page
    assert all(goal.replace("*", "") in page for goal in goals_of("01.2"))
    assert "student 1" not in page
    with open(tmp_path / "mistakes.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["count"] for row in rows] == ["4", "3"]
    assert {row["solved"] for row in rows} == {"5"}
