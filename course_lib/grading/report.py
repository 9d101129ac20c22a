"""The grades as a table for a spreadsheet, and as a page to read, which leads to the feedback pages."""

import csv
from html import escape
from urllib.parse import quote

from course_lib.files import atomic_file
from course_lib.grading.page import page

ABOUT = """{count} submissions. The checks drew their cases with the seed {seed}.
<a href="mistakes.html">What the class got wrong</a>"""
COLUMNS = "Student", "Exercises", "Points", "Solved", "What to know"


def write_report(out, grades, seed):
    """Write grades.csv and index.html into `out`."""
    with atomic_file(out / "grades.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["student", "exercises", "points", "of", *exercise_ids(grades), "notes"])
        table.writeheader()
        table.writerows(map(as_row, grades))
    with atomic_file(out / "index.html") as draft:
        about = ABOUT.format(count=len(grades), seed=seed)
        rows = (as_html(grade, out) for grade in grades)
        draft.write_text(page("Grades", about, COLUMNS, rows), encoding="utf-8")


def exercise_ids(grades):
    """The exercises of all grades, in their order."""
    return sorted({result.exercise for grade in grades for result in grade.exercises})


def as_row(grade):
    """A grade as a line of the table: a column per exercise."""
    start = {
        "student": as_text(grade.student),
        "exercises": as_text(grade.edition),
        "points": grade.points,
        "of": grade.of,
    }
    return {**start, **{r.exercise: r.points for r in grade.exercises}, "notes": "; ".join(grade.notes)}


def as_text(name):
    """A name that a spreadsheet does not take for a formula."""
    return f"'{name}" if name[:1] in "=+@\t\r" else name


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
