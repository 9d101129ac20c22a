"""All weeks together: what each student has of each sheet, and what the class got wrong in all of them."""

import csv
from dataclasses import replace
from html import escape

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.workshop.grading.mistakes import write_mistakes
from course_lib.workshop.grading.page import page
from course_lib.workshop.grading.records import RUN, TABLE, all_kept
from course_lib.workshop.grading.report import as_text
from course_lib.workshop.grading.students import read_class

ABOUT = """{students} students, {sheets} sheets. If a student has several grades for a sheet, the best one counts.
<a href="mistakes.html">What the class got wrong</a>{apart}"""
APART = """
<p>Several students are called {names}. They have a row for each number that the learning platform gave them;
a class list (--students) joins these rows.</p>"""


def write_term(out, runs, students=None):
    """Write term.csv and term.html about the runs of grading in the folders `runs` into `out`, and the class page.

    Args:
        out: the folder that is written.
        runs: folders of finished runs.
        students: the path of a class list. It joins what a student handed in under several names, and everybody in it
            has a row. Without it, the names of the runs are the students.

    Returns:
        The number of students, and of sheets.

    Raises:
        CourseError: a folder holds no finished run, or somebody in it is not in the class list.
    """
    grades, names = joined([grade for run in runs for grade in grades_of(run)], students)
    names, grades = sorted({*names, *(grade.student for grade in grades)}), best(grades)
    sheets = sorted({edition for _, edition in grades})
    rows = [row_of(student, sheets, grades) for student in names]
    with atomic_file(out / "term.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["student", *sheets, "points", "of"])
        table.writerows([as_text(student), *numbers] for student, *numbers in rows)
    with atomic_file(out / "term.html") as draft:
        several = sorted(namesakes(grades.values()))
        apart = APART.format(names=escape(", ".join(several))) if several and not students else ""
        about = ABOUT.format(students=len(rows), sheets=len(sheets), apart=apart)
        columns = ["Student", *map(escape, sheets), "Points", "Of"]
        draft.write_text(page("All weeks", about, columns, map(as_html, rows)), encoding="utf-8")
    write_mistakes(out, list(grades.values()))
    return len(rows), len(sheets)


def grades_of(run):
    """The grades of a finished run that belong to a sheet."""
    if not (run / RUN).exists() or not (run / TABLE).exists():
        raise CourseError(f"{run} holds no finished run of `course grade`")
    return [grade for grade in all_kept(run) if grade.of]


def joined(grades, students):
    """The grades of all runs with one name for each student, and the names of all who are in the class list."""
    if students is None:
        several = namesakes(grades)
        apart = [grade.owner.name in several and grade.owner.number for grade in grades]
        return [
            replace(grade, student=str(grade.owner) if number else grade.student)
            for grade, number in zip(grades, apart, strict=True)
        ], []
    known = read_class(students)
    found = [known.find(grade.owner, grade.student) for grade in grades]
    known.refuse(str(grade.owner) for grade, student in zip(grades, found, strict=True) if student is None)
    return [replace(grade, student=student.label) for grade, student in zip(grades, found, strict=True)], known.labels


def namesakes(grades):
    """The names that several students have, as a run has seen."""
    return {grade.owner.name for grade in grades if grade.owner.number and grade.student == str(grade.owner)}


def best(grades):
    """(student, sheet) -> the grade with most points."""
    found = {}
    for grade in sorted(grades, key=lambda grade: grade.points):
        found[grade.student, grade.edition] = grade
    return found


def row_of(student, sheets, grades):
    """A student's points of each sheet, empty where nothing was handed in; then the sum, and of how many."""
    of = {edition: max(g.of for (_, sheet), g in grades.items() if sheet == edition) for edition in sheets}
    points = [grades[student, sheet].points if (student, sheet) in grades else "" for sheet in sheets]
    return [student, *points, round(sum(each for each in points if each != ""), 2), sum(of.values())]


def as_html(row):
    """The row of one student."""
    student, *numbers = row
    cells = "".join(f"<td class=number>{number if number == '' else f'{number:g}'}" for number in numbers)
    return f"<tr><td><bdi>{escape(student)}</bdi>{cells}</tr>"
