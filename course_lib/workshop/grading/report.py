"""The grades as a table for a spreadsheet, and as a page to read, which leads to the feedback pages."""

import csv
from html import escape
from urllib.parse import quote

from course_lib.files import atomic_file
from course_lib.workshop.grading.page import page

ABOUT = """{count} submissions. The checks drew their cases with the seed {seed}.
<a href="mistakes.html">What the class got wrong</a>{groups}"""
GROUPS = """
<h2>Same answers</h2>
<p>These students gave the same answers, but for names and comments. A short answer may be the natural one.</p>
<ol>{listed}</ol>"""
COLUMNS = "Student", "Exercises", "Points", "Solved", "What to know"


def write_report(out, grades, seed, groups=()):
    """Write grades.csv and index.html into `out`.

    Args:
        out: the folder of the results.
        grades: all grades, in their order.
        seed: what the checks drew their cases with.
        groups: the groups of students with the same answers.
    """
    with atomic_file(out / "grades.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        last = ["open task"] * any(grade.by_hand is not None for grade in grades)
        columns = ["student", "exercises", "points", "of", *exercise_ids(grades), *last, "notes"]
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(map(as_row, grades))
    with atomic_file(out / "index.html") as draft:
        listed = "".join(f"<li>{escape(str(group))}" for group in groups)
        about = ABOUT.format(count=len(grades), seed=seed, groups=GROUPS.format(listed=listed) if listed else "")
        rows = (as_html(grade, out) for grade in grades)
        draft.write_text(page("Grades", about, COLUMNS, rows), encoding="utf-8")


def exercise_ids(grades):
    """The exercises of all grades, in their order."""
    return sorted({result.exercise for grade in grades for result in grade.exercises})


def as_row(grade):
    """A grade as a line of the table: a column per exercise, and one for the open task; they sum to the points."""
    start = {
        "student": as_text(grade.student),
        "exercises": as_text(grade.edition),
        "points": grade.points,
        "of": grade.of,
    }
    task = {} if grade.by_hand is None else {"open task": grade.by_hand}
    columns = {result.exercise: result.points for result in grade.exercises}
    return {**start, **columns, **task, "notes": as_text("; ".join(grade.notes))}


def as_text(text):
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def as_html(grade, out):
    """A grade as a line of the page; the student's name leads to the feedback, if there is any."""
    name = f"<bdi>{escape(grade.student)}</bdi>"
    if (out / grade.page).exists():
        name = f'<a href="{quote(grade.page.as_posix())}">{name}</a>'
    solved = f"{sum(result.passed for result in grade.exercises)} of {len(grade.exercises)}"
    notes = "".join(f"<li>{escape(note)}" for note in grade.notes)
    return (
        f"<tr><td>{name}<td><bdi>{escape(grade.edition)}</bdi><td class=number>{grade.points:g} of {grade.of:g}"
        f"<td class=number>{solved}<td><ul>{notes}</ul></tr>"
    )
