"""All weeks together: what each student has of each sheet, and what the class got wrong in all of them."""

import csv
from html import escape

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.grading.mistakes import write_mistakes
from course_lib.grading.page import page
from course_lib.grading.records import RUN, TABLE, all_kept
from course_lib.grading.report import as_text

ABOUT = """{students} students, {sheets} sheets. Of a sheet that a student has in several runs, the best grade counts.
<a href="mistakes.html">What the class got wrong</a>"""


def write_term(out, runs):
    """Write term.csv and term.html about the runs of grading in the folders `runs` into `out`, and the class page.

    Raises CourseError for a folder that holds no finished run.
    """
    grades = best([grade for run in runs for grade in grades_of(run)])
    sheets = sorted({edition for _, edition in grades})
    rows = [row_of(student, sheets, grades) for student in sorted({student for student, _ in grades})]
    with atomic_file(out / "term.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", *sheets, "points", "of"])
        table.writerows(rows)
    with atomic_file(out / "term.html") as draft:
        about = ABOUT.format(students=len(rows), sheets=len(sheets))
        columns = ["Student", *map(escape, sheets), "Points", "Of"]
        draft.write_text(page("All weeks", about, columns, map(as_html, rows)), encoding="utf-8")
    write_mistakes(out, list(grades.values()))
    return len(rows), len(sheets)


def grades_of(run):
    """The grades of a finished run that belong to a sheet."""
    if not (run / RUN).exists() or not (run / TABLE).exists():
        raise CourseError(f"{run} holds no finished run of `course grade`")
    return [grade for grade in all_kept(run, []) if grade.of]


def best(grades):
    """(student, sheet) -> the grade with most points."""
    found = {}
    for grade in sorted(grades, key=lambda grade: grade.points):
        found[grade.student, grade.edition] = grade
    return found


def row_of(student, sheets, grades):
    """A student's points of each sheet, empty where nothing was handed in; then the sum, and of how many."""
    of = {edition: grade.of for (_, edition), grade in grades.items()}
    points = [grades[student, sheet].points if (student, sheet) in grades else "" for sheet in sheets]
    return [as_text(student), *points, sum(each for each in points if each != ""), sum(of[sheet] for sheet in sheets)]


def as_html(row):
    """The row of one student."""
    student, *numbers = row
    cells = "".join(f"<td class=number>{number if number == '' else f'{number:g}'}" for number in numbers)
    return f"<tr><td><bdi>{escape(student)}</bdi>{cells}</tr>"
