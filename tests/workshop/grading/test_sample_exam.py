"""The sample of an exam is fair to each student, and is not given as it is."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.exercises.values import first_difference
from course_lib.workshop.grading import EDITIONS, make_exam
from course_lib.workshop.grading.exam import read_exam

SAMPLE = EDITIONS / "exam" / "90_sample.py"
EXAM = read_exam(SAMPLE)
SEEDS = range(400)


def values(question, seed):
    """An exercise that asks for values, with a student's numbers; None if it asks for a function."""
    exercise = question(seed).exercise
    return None if exercise.wants_a_function else exercise


@pytest.mark.parametrize("question", EXAM.questions, ids=lambda question: question.__name__)
def test_no_named_mistake_is_right_for_any_student(question):
    for exercise in filter(None, (values(question, seed) for seed in SEEDS)):
        true = exercise.true_value(())
        for cause, wrong in exercise.mistakes:
            assert first_difference({**true, **wrong} if isinstance(true, dict) else wrong, true, exercise.tolerance), (
                cause
            )


def test_the_three_scores_of_each_student_differ():
    paper = EXAM.questions[0]
    for seed in SEEDS:
        scores = paper(seed).exercise.true_value(())["scores"]
        assert len(set(scores)) == 3, f"seed {seed}: {scores}"


def test_an_exam_without_a_secret_is_refused(tmp_path):
    with pytest.raises(CourseError, match="the exam must have a secret"):
        list(make_exam(SAMPLE, ["Ana"], tmp_path / "made"))
