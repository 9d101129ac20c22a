"""What the class got wrong: of each exercise who solved it, in numbers, which mistakes were named, what to repeat."""

import csv
import re
from collections import Counter, defaultdict
from html import escape

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.workshop.exercises import find_exercise
from course_lib.workshop.grading.goals import goals_of
from course_lib.workshop.grading.page import page

FEWEST = 3  # students: what fewer of them did might tell who they are
COLUMNS = "exercise", "title", "students", "solved", "mistake", "count"
TITLE = "What the class got wrong"
ABOUT = f"Of exercises that {FEWEST} students or more handed in; mistakes that {FEWEST} or more made."
SHOWN = "Exercise", "Students", "Solved", "Mistakes", "To repeat"


def write_mistakes(out, grades, find=find_exercise):
    """Write mistakes.csv and mistakes.html into `out`; `find` gives the exercise with an id."""
    found = count_mistakes(grades, find)
    with atomic_file(out / "mistakes.csv") as draft, open(draft, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for exercise, title, students, solved, mistakes in found:
            rows = mistakes or [("", "")]
            table.writerows([exercise, title, students, solved, *mistake] for mistake in rows)
    with atomic_file(out / "mistakes.html") as draft:
        draft.write_text(page(TITLE, ABOUT, SHOWN, map(as_html, found)), encoding="utf-8")


def count_mistakes(grades, find=find_exercise):
    """For each exercise: its id and title, how many students, how many solved it, and (mistake, count), most first."""
    by_exercise = defaultdict(list)
    for grade in grades:
        for result in grade.exercises:
            by_exercise[result.exercise].append(result)
    rows = []
    for name, results in sorted(by_exercise.items()):
        if len(results) < FEWEST:
            continue
        exercise = known(name, find)
        counts = Counter(kind_of(exercise, result) for result in results if not result.passed)
        often = [(mistake, count) for mistake, count in counts.most_common() if count >= FEWEST]
        solved = sum(result.passed for result in results)
        rows.append((name, exercise.title if exercise else "", len(results), solved, often))
    return rows


def known(name, find):
    """The exercise with this id, None if there is none any more."""
    try:
        return find(name)
    except CourseError:
        return None


def kind_of(exercise, result):
    """What was wrong with an answer, in words that leave out its own values."""
    lines = [line.strip() for line in result.message.splitlines()]
    if not result.attempted:
        return "not attempted"
    for cause, _ in exercise.mistakes if exercise else ():
        if any(re.fullmatch(re.sub(r"\\\{\w+\\\}", r".+", re.escape(cause)), line) for line in lines):
            return re.sub(r"\{\w+\}", "…", cause)
    if any(line.startswith("your code raises") for line in lines):
        return "it raises an error"
    if len(lines) > 2:  # what came out of it is the last line; the one before it is the reason
        return lines[1]
    return "another mistake" if lines[0].startswith("not right yet") else "its check could not be run"


def as_html(row):
    """The row of one exercise."""
    name, title, students, solved, mistakes = row
    listed = "".join(f"<li>{count} × {escape(mistake)}" for mistake, count in mistakes)
    share = f"{solved} ({solved / students:.0%})"
    goals = "".join(f"<li>{escape(goal.replace('*', ''))}" for goal in goals_of(name))
    return (
        f"<tr><td>{name} {escape(title)}<td class=number>{students}<td class=number>{share}"
        f"<td><ul>{listed}</ul><td><ul>{goals}</ul></tr>"
    )
