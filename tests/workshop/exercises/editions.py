"""The exercise notebooks as the tests see them, and the rules for them beside those of a lesson."""

import re

from course_lib.workshop.exercises import exercises_of
from course_lib.workshop.exercises.results import exercise_of, is_check
from course_lib.workshop.grading.heads import heads_in
from course_lib.workshop.lessons import CAPSTONE
from tests.notebooks import anatomy
from tests.notebooks.lesson import LESSON_FILES, REPOSITORY, lesson_at

ROOT = REPOSITORY / "notebooks" / "exercises"
SOURCES = sorted((ROOT / "source").glob("*/*.ipynb"))
RELEASES = sorted((ROOT / "release").glob("*/*.ipynb"))

HINTS = ["Hint", "Plan", "Pseudo-code"]

SHARED_RULES = [
    anatomy.is_a_valid_notebook,
    anatomy.runs_on_the_kernel_python3,
    anatomy.was_run_from_top_to_bottom,
    anatomy.stores_outputs_of_the_code_that_it_has,
    anatomy.stores_no_errors,
    anatomy.stores_no_warnings,
    anatomy.stores_no_progress_bars,
    anatomy.stores_no_widgets_and_no_timestamps,
    anatomy.uses_known_tags_only,
    anatomy.hides_no_output_with_a_semicolon,
    anatomy.has_an_outline,
    anatomy.has_png_pictures_only,
    anatomy.shows_nothing_from_elsewhere,
    anatomy.has_links_that_lead_somewhere,
]


def has_the_exercises_of_the_library(notebook):
    known = {name: exercise.title for name, exercise in exercises_of(notebook.path.stem[:2]).items()}
    shown = {head.id: head.title for head in heads_in(notebook)}
    if shown != known:
        yield f"the notebook has {shown}, the library {known}"


def has_an_answer_and_a_check_for_each(notebook):
    exercises = exercises_of(notebook.path.stem[:2])
    for place, what in enumerate(("answer", "check")):
        found = [exercise_of(c) for c in notebook.code if c.metadata.get("nbgrader") and is_check(c) == (place == 1)]
        if found != list(exercises):
            yield f"{what} cells for {found}, exercises {list(exercises)}"
    for cell in filter(is_check, notebook.code):
        if cell.metadata.nbgrader.points != exercises[exercise_of(cell)].points:
            yield f"the check of {exercise_of(cell)} has other points than the library"


def folds_a_ladder_of_hints_into_each(notebook):
    text = "\n".join(cell.source for cell in notebook.prose)
    for part in re.split(r"^## (?!Open task)", text, flags=re.M)[1:]:
        part = part.partition("## Open task")[0]
        found = re.findall(r"<summary>(.+?)</summary>", part)
        if found not in (HINTS, [*HINTS, "Answer"]):  # a question that no check answers has an answer folded away
            yield f"{part[:30]!r} has the hints {found}, not {HINTS}"


def ends_with_an_open_task(notebook):
    last, number = notebook.notebook.cells[-1], notebook.path.name[:2]
    kept = last.metadata.get("nbgrader", {})
    if (
        not kept.get("task")
        or kept.get("grade_id") != f"task-{number}"
        or not last.source.startswith("## Open task · ")
    ):
        yield "the last cell is no open task"
    if ("MARK SCHEME" in last.source) != ("source" in notebook.path.parts):
        yield "the scheme of marks is for the lecturer, in the source edition only"


def names_its_lesson(notebook):
    if f"../../../{lesson_of(notebook).path.name}" not in notebook.links:
        yield "no link to its lesson"


def lesson_of(notebook):
    """The lesson with the same two digits."""
    return lesson_at(next(path for path in LESSON_FILES if path.name[:2] == notebook.path.name[:2]))


OF_A_LESSON = [names_its_lesson]
RULES = [
    *SHARED_RULES,
    has_the_exercises_of_the_library,
    has_an_answer_and_a_check_for_each,
    folds_a_ladder_of_hints_into_each,
    ends_with_an_open_task,
    *OF_A_LESSON,
]


def rules_for(path):
    """All rules; for the capstone, which has no lesson, without those that compare a sheet with its lesson."""
    return [rule for rule in RULES if path.stem != CAPSTONE.stem or rule not in OF_A_LESSON]
