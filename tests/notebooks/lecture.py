"""The rules of a lecture through a lesson; as in `anatomy`, each yields what is wrong, in words for its author."""

from course_lib.workshop.lessons import find_lesson
from course_lib.workshop.present import headings, lecture_path
from course_lib.workshop.present.pace import PREDICT


def projects_every_slide(lesson):
    titles = " ".join(title for cell in shown(lesson) for _, title in headings(cell))
    for slide in find_lesson(lesson.path.stem).slides:
        if slide not in titles:
            yield f"no heading on the lecture path has the slide's title {slide!r}"


def projects_each_prediction_with_its_answer(lesson):
    """A question, then a run, then prose that discusses it."""
    path = lecture_path(lesson.cells)
    for index, cell in enumerate(lesson.cells):
        if cell.cell_type == "markdown" and PREDICT.search(cell.source):
            kinds = [later.cell_type for later in lesson.cells[index + 1 :]]
            end = index + 1 + kinds.index("code") if "code" in kinds else len(path)
            while end < len(path) and lesson.cells[end].cell_type == "code":
                end += 1
            if end == len(path):
                yield f"a prediction is not run and answered: {cell.source[:60]!r}"
            elif not all(path[index : end + 1]):
                yield f"a prediction, its run or its answer is not on the lecture path: {cell.source[:60]!r}"


def shown(lesson):
    """The cells on the lecture path."""
    return [cell for cell, is_shown in zip(lesson.cells, lecture_path(lesson.cells), strict=True) if is_shown]


RULES = [projects_every_slide, projects_each_prediction_with_its_answer]
