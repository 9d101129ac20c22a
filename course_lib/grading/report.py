"""The grades as a table for a spreadsheet, and as a page to read, which leads to the feedback pages."""

import csv
from html import escape
from urllib.parse import quote

from course_lib.files import atomic_file

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Grades</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem; max-width: 70rem; color: #222 }}
table {{ border-collapse: collapse }}
th, td {{ border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: left; vertical-align: top }}
td.number {{ text-align: right; white-space: nowrap }}
ul {{ margin: 0; padding-left: 1.2rem }}
</style>
<h1>Grades</h1>
<p>{count} submissions. The checks drew their cases with the seed {seed}.
<a href="mistakes.html">What the class got wrong</a></p>
<table>
<tr><th>Student<th>Exercises<th>Points<th>Solved<th>What to know</tr>
{rows}
</table>
</html>
"""


def write_report(out, grades, seed):
    """Write grades.csv and index.html into `out`."""
    with atomic_file(out / "grades.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, ["student", "exercises", "points", "of", *exercise_ids(grades), "notes"])
        table.writeheader()
        table.writerows(map(as_row, grades))
    with atomic_file(out / "index.html") as draft:
        rows = "\n".join(as_html(grade, out) for grade in grades)
        draft.write_text(PAGE.format(count=len(grades), seed=seed, rows=rows), encoding="utf-8")


def exercise_ids(grades):
    """The exercises of all grades, in their order."""
    return sorted({result.exercise for grade in grades for result in grade.exercises})


def as_row(grade):
    """A grade as a line of the table: a column per exercise."""
    start = {"student": grade.student, "exercises": grade.edition, "points": grade.points, "of": grade.of}
    return {**start, **{r.exercise: r.points for r in grade.exercises}, "notes": "; ".join(grade.notes)}


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
