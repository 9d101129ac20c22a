"""What an executed exercise notebook says about its exercises: points and reasons, read from its check cells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """The outcome of one exercise."""

    exercise: str
    points: float
    of: float
    message: str

    @property
    def passed(self):
        """Whether all points were reached."""
        return self.points == self.of

    @property
    def attempted(self):
        """Whether there was an answer to check."""
        return not self.message.startswith("not attempted")


def results(notebook):
    """One `Result` per check cell of an executed notebook."""
    return [result(cell) for cell in notebook.cells if is_check(cell)]


def is_check(cell):
    """Whether a cell gives points."""
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def exercise_of(cell):
    """The exercise that a check or an answer belongs to: "01.3" for a cell named check-01-3; None for other cells."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")[2].replace("-", ".") or None


def result(cell):
    """The `Result` of one check cell; without a number as its last output it is worth nothing."""
    exercise, of = exercise_of(cell), cell.metadata["nbgrader"]["points"]
    error = error_of(cell)
    points = None if error else number_shown(cell)
    printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    message = error or printed.strip().removeprefix(exercise).strip()
    return Result(exercise, points or 0, of, message or "the check cell shows no points")


def error_of(cell):
    """The error that a cell ended with, as text, or None."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}".strip(": ")
    return None


def number_shown(cell):
    """The number that the last line of a cell evaluates to, or None."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data["text/plain"])
            except (KeyError, ValueError):
                return None
    return None


def troubles(notebook):
    """The errors of an executed notebook, as sentences: where it stopped, and what its other cells raised."""
    for number, cell in enumerate(notebook.cells, start=1):
        error = error_of(cell) if cell.cell_type == "code" else None
        if error and not error.startswith("NotRun"):
            name = f" ({exercise_of(cell)})" if exercise_of(cell) else ""
            yield f"cell {number}{name}: {error[:200]}"
