"""For the lecturer: `course release`, `grade` and `term`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from course_lib.errors import CourseError
from course_lib.files import read_text
from course_lib.runtime import REPOSITORY

CLASS_LIST = "A class list: a CSV file with a column name, and columns with each student's ids. Default: names."


def release(
    lessons: Annotated[list[str] | None, typer.Argument(help="Numbers or names. Default: all lessons.")] = None,
    exam: Annotated[Path | None, typer.Option(help="An exam of your own instead, a Python file.")] = None,
    students: Annotated[
        Path | None, typer.Option(help="The students of the exam: names, one per line, or a class list (CSV).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder of your own for the copies. Default, for an exam: runs/exams/NAME.")
    ] = None,
    hints: Annotated[
        int | None,
        typer.Option(
            min=0, max=3, help="How many of the three hints to an exercise the copies in OUT keep. Default: all."
        ),
    ] = None,
) -> None:
    """Make the student edition of the exercises from the source edition, and run what has changed.

    With --out, copy the student edition as it is to a folder of your own. --hints 2 keeps the hint and the plan of each
    exercise in these copies, and leaves out the pseudo-code; --hints 0 leaves out all hints.
    With --exam, make the notebooks of an exam, one for each student, with numbers of their own: no hints, no true
    values, and checks that only record. notebooks/exercises/exam has a sample. Grade them with course grade --exam.
    Needs nbgrader: pip install -e ".[grade]".

    \b
    Examples:
      course release
      course release 03 05
      course release 03 --hints 2 --out ~/week3
      course release --exam ~/90_attention.py --students class.txt

    \b
    Exit status:
      0  written to notebooks/exercises/release/, or to OUT
      2  there is no such lesson or exam, nbgrader refuses its notebook, a copy is in OUT already, or OUT is missing
    """
    from course_lib.workshop.grading import EDITIONS, edition_of, hand_out, make_exam, read_class, write_editions

    if exam:
        students = students or Path("class.txt")
        lines = read_class(students).labels if students.suffix == ".csv" else read_text(students).splitlines()
        names = [name.strip() for name in lines if name.strip()]
        for path in make_exam(exam, names, out or REPOSITORY / "runs" / "exams" / exam.stem):
            typer.echo(str(path))
        return
    names = lessons or sorted(path.name for path in (EDITIONS / "source").glob("[0-9]*"))
    if out:
        for path in hand_out([edition_of(name) for name in names], out, hints):
            typer.echo(str(path))
        return
    if hints is not None:
        raise CourseError("--hints needs --out FOLDER: the course's own student edition keeps all hints")
    for path in write_editions([edition_of(name, "source") for name in names]):
        typer.echo(str(path.relative_to(REPOSITORY)))
    typer.echo("the editions are up to date")


def grade(
    folder: Annotated[Path, typer.Argument(help="Submissions: FOLDER/STUDENT/NN_topic.ipynb.")],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="What is written. Default: runs/grades/FOLDER.")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="Add what is new or has changed to a finished run; keep all else.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, help="What the checks draw their cases with. Default: a secret one.")
    ] = None,
    seconds: Annotated[int, typer.Option(min=1, help="The most computing time for one cell.")] = 20,
    memory: Annotated[int, typer.Option(min=1, help="The most memory for one notebook, in GB.")] = 3,
    exam: Annotated[Path | None, typer.Option(help="The file of the exam that they answer.")] = None,
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help="Grade without isolation, where the system has none. See below.")
    ] = False,
    students: Annotated[Path | None, typer.Option(help=CLASS_LIST)] = None,
) -> None:
    """Grade a folder of submissions with nbgrader.

    Each notebook runs in a process that sees only itself, with limits; the grader's own process tries its answers on
    cases that no student has seen, and decides. Writes gradebook.db, grades.csv, index.html and a feedback page per
    notebook.
    Where the system can't isolate a submission (macOS, Windows, some Linux), nothing is graded and the message says
    what to do. With --unprotected, each submission runs with all of your rights; the report says so.
    A run that was ended early goes on where it was when the same command is given again. With --add, a later submission
    replaces the student's grade for this sheet if it has answers; all other grades stay.
    Needs nbgrader: pip install -e ".[grade]".

    \b
    Examples:
      course grade submissions/week3 --out grades/week3
      course grade submissions/late --out grades/week3 --add
      course grade submissions/week3 --out grades/week3 --students class.csv
      course grade submissions/exam --exam ~/90_attention.py

    \b
    Exit status:
      0    all that was handed in has its grade, what is faulty with the reason
      2    there is nothing to grade, OUT has something else in it, nbgrader is missing, the class list has gaps, or the
           system can't isolate
      130  interrupted; the same command continues
    """
    from course_lib.workshop.grading import Limits, grade_exam, grade_folder

    out = (out or REPOSITORY / "runs" / "grades" / folder.resolve().name).resolve()
    limits = Limits(seconds, 5 * seconds, memory * 2**30, isolated=not unprotected)
    grades = partial(grade_exam, exam) if exam else grade_folder
    for done, count, grade in grades(folder, out, limits, seed=seed, add=add, students=students):
        points = f"{grade.points:g} of {grade.of:g}"
        typer.echo("  ".join([f"{done} of {count}", grade.student, grade.edition, points, *grade.notes[:1]]))
    typer.echo(f"\nall are graded; the summary: {out / 'index.html'}")


def term(
    runs: Annotated[list[Path], typer.Argument(help="Folders that course grade has written.")],
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Default: runs/grades/term.")] = None,
    students: Annotated[Path | None, typer.Option(help=CLASS_LIST)] = None,
) -> None:
    """Put the grades of several weeks into one table: a row for each student, a column for each sheet.

    Writes term.csv, term.html, and mistakes.html about what the class got wrong in all of them. Points that were
    corrected by hand count as corrected. If a student has several grades for a sheet, the best one counts. With a class
    list, everybody in it has a row; without it, one name is one student.
    Needs nbgrader: pip install -e ".[grade]".

    \b
    Examples:
      course term grades/week1 grades/week2 grades/week3 --out grades/term
      course term grades/week1 grades/week2 --students class.csv

    \b
    Exit status:
      0  written
      2  a folder holds no finished run, or the class list lacks somebody
    """
    from course_lib.workshop.grading import write_term

    out = out or REPOSITORY / "runs" / "grades" / "term"
    count, sheets = write_term(out, runs, students)
    typer.echo(f"{count} students, {sheets} sheets: {out / 'term.html'}")
