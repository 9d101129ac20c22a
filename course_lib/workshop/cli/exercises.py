"""For the student: `course start`, `check`, `reset` and `progress`."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from course_lib.errors import CourseError
from course_lib.files import read_json, write_json
from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.console import complain, table
from course_lib.workshop.cli.lessons import kernel_for, without_outputs
from course_lib.workshop.lessons import SHEETS
from course_lib.workshop.notebooks import read_notebook

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from nbformat import NotebookNode

    from course_lib.workshop.exercises.results import Result

PROGRESS = REPOSITORY / "runs" / "progress.json"


def check(
    exercises: Annotated[str, typer.Argument(help="The lesson's number (03 or 3), or a notebook of your own.")],
    seconds: Annotated[int, typer.Option(min=1, help="The most time for one cell.")] = 120,
) -> None:
    """Run your exercises and say which are solved.

    Runs your copy of the sheet (see `course start`), or the student edition if there is none, or the notebook that you
    name. What is solved is kept in runs/progress.json for `course progress`, unless a cell ended the run early. If the
    sheet has changed since you copied it, a sentence says which exercises have.

    \b
    Examples:
      course check 03
      course check my_copies/03_decoder_layer.ipynb

    \b
    Exit status:
      0    it ran; the table says what is solved
      1    it ran, but a cell raised an error, or took too long; the message says which
      2    there is no such notebook
      130  interrupted
    """
    from course_lib.workshop.exercises.results import results, troubles
    from course_lib.workshop.grading.copies import news_of, sheet_of

    is_named = exercises.endswith(".ipynb")
    path = Path(exercises) if is_named else sheet_of(exercises)
    if not os.path.isfile(path):
        raise CourseError(f"{path} is missing; expected a lesson's number or an exercise notebook")
    notebook = without_outputs(read_notebook(path))
    ended = run_with_errors(notebook, path.parent, seconds)
    found = results(notebook)
    if not found:
        raise CourseError(f"{path} has no check cells; expected an exercise notebook of the course")
    typer.echo(table([row(result) for result in found]))
    solved = sum(result.passed for result in found)
    typer.echo(f"\n{solved} of {len(found)} solved, {points(found)} points")
    if not ended:
        remember(path.stem, found)
    if not is_named and (news := news_of(exercises)):
        typer.echo(f"\n{news}")
    errors = [*troubles(notebook), *filter(None, [ended])]
    if errors:
        complain("\n  ".join([path.name, *errors]))
        raise typer.Exit(1)


def run_with_errors(notebook: "NotebookNode", folder: Path, seconds: int) -> str | None:
    """Run all cells in place, whatever fails; returns what ended the run early, as text, or None."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    with kernel_for(notebook, folder, allow_errors=True, timeout=seconds) as client:
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                return f"cell {index + 1} took more than {seconds} s, and was stopped; is there an endless loop?"
            except DeadKernelError:
                return f"cell {index + 1} ended the kernel; was there enough memory?"
    return None


def row(result: "Result") -> dict[str, str]:
    """A result as a line of the table."""
    passed = "yes" if result.passed else "no" if result.attempted else "-"
    lines = [line.strip() for line in result.message.splitlines()]
    hint = "" if result.passed else lines[1] if len(lines) > 1 else lines[0]
    return {"exercise": result.exercise, "passed": passed, "hint": hint}


def points(results: Sequence["Result"]) -> str:
    """Points reached and reachable, as text."""
    return f"{sum(result.points for result in results):g} of {sum(result.of for result in results):g}"


def remember(name: str, results: Sequence["Result"]) -> None:
    """Note what is solved, now or earlier, in the progress file, by the lesson's name: its number may change."""
    lesson, entries = re.sub(r"^\d\d_", "", name), read_progress()
    earlier = {exercise.partition(".")[2] for exercise in entries.get(lesson, {"solved": []})["solved"]}
    solved = [result for result in results if result.passed or result.exercise.partition(".")[2] in earlier]
    reached = f"{sum(result.of for result in solved):g} of {sum(result.of for result in results):g}"
    entry = {"solved": [result.exercise for result in solved], "exercises": len(results), "points": reached}
    write_json(PROGRESS, {**entries, lesson: entry | {"checked": str(date.today())}})


def read_progress() -> dict[str, dict[str, Any]]:
    """Read the notes of earlier checks: an entry for each lesson. Raises CourseError for another file."""
    entries = read_json(PROGRESS) if PROGRESS.exists() else {}
    kinds = {"solved": list, "exercises": int, "points": str, "checked": str}
    if not isinstance(entries, dict) or not all(
        isinstance(entry, dict) and all(isinstance(entry.get(name), kind) for name, kind in kinds.items())
        for entry in entries.values()
    ):
        raise CourseError(f"{PROGRESS} is not what course check writes; delete it, and check your exercises again")
    return entries


def progress() -> None:
    """Show what `course check` found in the lessons so far.

    \b
    Example:
      course progress

    \b
    Exit status:
      0  shown
      2  somebody else wrote runs/progress.json
    """
    entries = read_progress()
    if not entries:
        typer.echo("nothing checked yet; start with: course check 01")
        return
    titles = {lesson.name: f"{lesson.number:02} {lesson.title}" for lesson in SHEETS}
    rows = [
        {
            "lesson": titles.get(name, name),
            "solved": f"{len(entry['solved'])} of {entry['exercises']}",
            "points": entry["points"],
            "checked": entry["checked"],
        }
        for name, entry in entries.items()
    ]
    typer.echo(table(sorted(rows, key=itemgetter("lesson"))))
    counts = Counter({"solved": 0})
    for entry in entries.values():
        counts.update(solved=len(entry["solved"]), exercises=entry["exercises"])
    typer.echo(f"\n{counts['solved']} of {counts['exercises']} solved")


def start(
    lesson: Annotated[str, typer.Argument(help="The lesson's number (05 or 5), or its name.")],
    update: Annotated[
        bool, typer.Option("--update", help="Bring what has changed in the sheet into the copy that you have.")
    ] = False,
) -> None:
    """Copy the exercises of a lesson, to work in: the copy is yours, and no update of the course changes your answers.

    It is notebooks/exercises/mine/NN_topic/NN_topic.ipynb, and `course check` runs it from now on. If the sheet has
    changed since, --update brings the new questions, checks and exercises into your copy. Your answers and your own
    cells stay as they are; close the notebook in JupyterLab first.

    \b
    Examples:
      course start 05
      course start 05 --update

    \b
    Exit status:
      0  copied or updated; the line says where it is
      2  there is no such lesson, the copy exists (or, with --update, doesn't), or the disk refuses
    """
    from course_lib.workshop.grading.copies import copy_of, start_copy, update_copy
    from course_lib.workshop.grading.editions import edition_of

    if not update:
        typer.echo(str(start_copy(lesson)))
        return
    said = update_copy(edition_of(lesson))
    typer.echo(f"{copy_of(edition_of(lesson))} is up to date: {'; '.join(said) or 'nothing has changed'}")


def reset(
    exercise: Annotated[str, typer.Argument(help="Lesson and number of the exercise: 03.2.")],
) -> None:
    """Bring the answer to one exercise in your copy back to what it was in the beginning; prints what was in it.

    \b
    Example:
      course reset 03.2

    \b
    Exit status:
      0  it is as it was; reload the notebook in JupyterLab before you save there
      2  there is no such exercise, or no copy (see `course start`)
    """
    from course_lib.workshop.grading.copies import reset_answer

    typer.echo(reset_answer(exercise))
