"""A course with one small exercise notebook, and students who answer it in many ways."""

import copy

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.workshop.exercises import find_exercise

NAME = "01_small"
ANSWERS = {
    "01.2": """prediction = {"plain": None, "scaled": None, "slope": None}
### BEGIN SOLUTION
prediction = {"plain": 8, "scaled": 1, "slope": 0.09}
### END SOLUTION""",
    "01.4": """def mask_padding(lengths, size):
    ### BEGIN SOLUTION
    return (torch.arange(size) < lengths[:, None])[:, None, None]
    ### END SOLUTION""",
}
RIGHT = 'prediction = {"plain": 8.0, "scaled": 1.0, "slope": 0.09}'
BROADCAST = "def mask_padding(lengths, size):\n    return (torch.arange(size) < lengths[:, None])[:, None, None, :]"
LOOP = """def mask_padding(lengths, size):
    mask = torch.zeros(len(lengths), 1, 1, size, dtype=torch.bool)
    for sentence, length in enumerate(lengths.tolist()):
        for key in range(length):
            mask[sentence, 0, 0, key] = True
    return mask"""
VALUES = {"01.2": "prediction", "01.4": "mask_padding"}
POINTS = {name: find_exercise(name).points for name in VALUES}


def source_notebook():
    """The source edition: a setup, then an answer and a check for each exercise."""
    cells = [new_markdown_cell("# Small"), new_code_cell("import torch")]
    for name, answer in ANSWERS.items():
        check = f'from course_lib.workshop.exercises import check\n\ncheck("{name}", {VALUES[name]})'
        number = name.replace(".", "-")
        cells.append(new_code_cell(answer, metadata=known(f"answer-{number}", solution=True)))
        graded = known(f"check-{number}", grade=True, locked=True, points=POINTS[name])
        cells.append(new_code_cell(check, metadata=graded))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def known(grade_id, **changes):
    """Metadata by which nbgrader knows a cell."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**usual, "grade_id": grade_id, **changes}}


def write_course(root):
    """Write the source edition into the course root `root`; returns its path."""
    path = root / "source" / NAME / f"{NAME}.ipynb"
    write(source_notebook(), path)
    return path


def write(notebook, path):
    """Write a notebook, and the folders that it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def cell_named(notebook, grade_id):
    """The cell that nbgrader knows by this name."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answered(release, **answers):
    """A copy of the student edition with the code of some answers: answered(release, a2="prediction = ...")."""
    notebook = copy.deepcopy(release)
    for short, code in answers.items():
        cell_named(notebook, f"answer-01-{short[1:]}").source = code
    return notebook
