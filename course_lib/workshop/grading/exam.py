"""An exam: a sheet of the lecturer's own, in one file outside of the course; each student has other numbers in it."""

import re
import runpy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.workshop.exercises.checking import EXAMS
from course_lib.workshop.exercises.exercise import Exercise, find_exercise

FOLDER = "exam"  # where a run of grading keeps the file
FOR = "exam_for"  # the metadata of a notebook that say whose numbers it has


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of an exam.

    Args:
        exercise: what judges an answer; only the lecturer has it.
        text: what is asked, in Markdown.
        answer: the code cell of the answer, with a solution between `### BEGIN SOLUTION` and `### END SOLUTION`.
        given: what of it is checked, as code: "answer", "(split, merge)".
    """

    exercise: Exercise
    text: str
    answer: str
    given: str = "answer"


@dataclass(frozen=True, kw_only=True)
class Exam:
    """An exam, as a file outside of the course defines it under the name `EXAM`.

    Args:
        name: two digits from 90 on, and a word: "90_attention". The ids of its exercises begin with these digits.
        title: what stands at the top.
        secret: a text that nobody guesses; the numbers of all students come from it.
        questions: functions of a seed. Each gives a `Question`, with the numbers that it draws with this seed.
        setup: the code of its first cell.
    """

    name: str
    title: str
    secret: str
    questions: Sequence[Callable[[int], Question]]
    setup: str = "import torch"

    def questions_for(self, student: str) -> list[Question]:
        """The questions with the numbers of a student."""
        seed = int(sha256(f"{self.secret}/{student}".encode()).hexdigest()[:12], 16)
        return [draw(seed) for draw in self.questions]

    def exercises_for(self, student: str) -> dict[str, Exercise]:
        """What judges the answers of a student, by id."""
        return {question.exercise.id: question.exercise for question in self.questions_for(student)}


def read_exam(path: Path) -> Exam:
    """The exam in a Python file. Raises CourseError where it defines none, or one that can't be told from a lesson."""
    if not path.is_file():
        raise CourseError(f"{path} is missing; expected a Python file with an exam")
    exam = runpy.run_path(str(path)).get("EXAM")
    if not isinstance(exam, Exam):
        raise CourseError(f"{path} defines no EXAM; expected an Exam of course_lib.workshop.grading.exam")
    if not re.fullmatch(rf"{EXAMS}\d_\w+", exam.name):
        raise CourseError(f'{path}: the name "{exam.name}"; expected {EXAMS}0_attention, or another number and word')
    ids = [question.exercise.id for question in exam.questions_for("")]
    if len(set(ids)) < len(ids) or any(id[:3] != f"{exam.name[:2]}." for id in ids):
        raise CourseError(f"{path}: the ids {', '.join(ids)}; expected {exam.name[:2]}.1, {exam.name[:2]}.2, ...")
    return exam


def finder(out: Path, student: str = "") -> Callable[[str], Exercise]:
    """What finds an exercise by its id: in the exam of the run in `out`, as `student` has it, or in the library."""
    files = sorted((out / FOLDER).glob("*.py"))
    own = read_exam(files[0]).exercises_for(student) if files else {}
    return lambda exercise_id: own[exercise_id] if exercise_id in own else find_exercise(exercise_id)
