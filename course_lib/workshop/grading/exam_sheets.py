"""The notebooks of an exam: a source for nbgrader, and one for each student, with neither hints nor true values."""

import copy
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.workshop.exercises.results import results
from course_lib.workshop.grading.editions import generate_release
from course_lib.workshop.grading.exam import FOLDER, FOR, Exam, read_exam
from course_lib.workshop.grading.folder import grade_folder
from course_lib.workshop.grading.judging import run_and_judge
from course_lib.workshop.grading.namespace import can_isolate
from course_lib.workshop.grading.sandbox import Limits
from course_lib.workshop.grading.sheets import check_of, known
from course_lib.workshop.grading.students import plain

HEAD = """# {title}

For **{student}**: the numbers are yours alone. {points} points.

Write your answer where it says `your code here`, then run the cell below it. It says whether there is an answer;
what it is worth is judged after you have handed the notebook in."""
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def source_of(exam: Exam, student: str = ""):
    """The sheet with a student's numbers, and with the solutions."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    questions = exam.questions_for(student)
    points = sum(question.exercise.points for question in questions)
    head = HEAD.format(title=exam.title, student=student, points=points)
    cells = [new_markdown_cell(head), new_code_cell(exam.setup)]
    for question in questions:
        cells += cells_of(question)
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, FOR: student})


def cells_of(question):
    """What is asked, the answer, and its check."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    exercise, number = question.exercise, question.exercise.id.replace(".", "-")
    graded = {"nbgrader": known(f"check-{number}", grade=True, locked=True, points=exercise.points)}
    yield new_markdown_cell(
        f"## {exercise.id} · {exercise.title}\n\n{question.text.strip()}\n\nPoints: {exercise.points}"
    )
    yield new_code_cell(question.answer.strip(), metadata={"nbgrader": known(f"answer-{number}", solution=True)})
    yield new_code_cell(check_of(exercise.id, question.given), metadata=graded)


def write_source(exam: Exam, path: Path, root: Path) -> Path:
    """Write what grading needs of the exam in the file `path` into `root`; returns the source notebook."""
    import nbformat

    sheet = root / "source" / exam.name / f"{exam.name}.ipynb"
    for folder in (sheet.parent, root / FOLDER):
        folder.mkdir(parents=True)
    nbformat.write(source_of(exam), sheet)
    shutil.copyfile(path, root / FOLDER / f"{exam.name}.py")
    return sheet


def make_exam(path: Path, students: Sequence[str], out: Path) -> Iterator[Path]:
    """Write a notebook for each student, OUT/STUDENT/NAME.ipynb; yields their paths.

    Raises:
        CourseError: the exam has no secret, a solution is not accepted, two students have one name, or `out` has
            something in it.
    """
    import nbformat

    exam = read_exam(path)
    if len(set(students)) < len(students) or not students:
        raise CourseError(f"{len(students)} students, {len(set(students))} names; expected a name of its own for each")
    if out.exists() and any(out.iterdir()):
        raise CourseError(f"{out} has other things in it; expected a new folder")
    if not exam.secret.strip():
        raise CourseError(f"{path}: the exam must have a secret; write a text of your own, which nobody guesses")
    prove(exam, plain(students[0]))
    release = generate_release(source_of(exam), exam.name)
    for student in map(plain, students):
        target = out / student / f"{exam.name}.ipynb"
        target.parent.mkdir(parents=True)
        nbformat.write(for_student(release, exam, student), target)
        yield target


def grade_exam(path: Path, folder: Path, out: Path, limits: Limits, **settings):
    """Grade the notebooks of an exam as `grade_folder` does, each with the numbers of its student."""
    exam = read_exam(path)
    with tempfile.TemporaryDirectory() as root:
        write_source(exam, path, Path(root))
        yield from grade_folder(folder, out, limits, Path(root), **settings)


def for_student(release, exam, student):
    """The student edition with another student's numbers: they stand in the prose only."""
    mine = copy.deepcopy(release)
    mine.metadata[FOR] = student
    for cell, own in zip(mine.cells, source_of(exam, student).cells, strict=True):
        if cell.cell_type == "markdown":
            cell.source = own.source
    return mine


def prove(exam, student):
    """Solve the exam with its own solutions. Raises CourseError where one is not accepted."""
    own = Limits(isolated=can_isolate())  # it runs the lecturer's own solutions
    judged = run_and_judge(source_of(exam, student), own, exam.exercises_for(student).__getitem__)
    for result in results(judged):
        if not result.passed:
            raise CourseError(f"{exam.name}: the solution of {result.exercise} is not accepted: {result.message}")
