"""The grade of one submission, as it is kept and reported."""

from dataclasses import dataclass, field
from pathlib import Path

from course_lib.workshop.exercises.results import is_check


@dataclass
class Grade:
    """The grade of one submission: points, results by exercise, and what the lecturer should know.

    Args:
        student: the name in all tables.
        edition: the sheet, or the name of a folder or file that has none.
        points: all points, those for the open task included.
        of: the most points that are possible. 0 for what is no sheet.
        exercises: a `Result` for each exercise.
        notes: what the lecturer should know.
        id: the student's name in paths and in nbgrader's gradebook.
        answers: for each longer answer a digest of its code.
        owner: the name and the number that the folder or file had.
        by_hand: the points for the open task. None if nobody has marked it.
    """

    student: str
    edition: str
    points: float = 0
    of: float = 0
    exercises: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    id: str = ""
    answers: dict = field(default_factory=dict)
    owner: tuple = ("", "")
    by_hand: float | None = None

    @property
    def earned(self):
        """The points of all exercises together; they are shares, such as 1.33, with two decimals at most."""
        return round(sum(result.points for result in self.exercises), 2)

    @property
    def page(self):
        """The path of the feedback page in the folder of the results; there may be none."""
        return Path("feedback", self.id, self.edition, f"{self.edition}.html")

    @property
    def is_judged(self):
        """Whether the answers were judged; a file that can't be read has none."""
        return bool(self.exercises)

    @property
    def has_answers(self):
        """Whether at least one exercise was attempted."""
        return any(result.attempted for result in self.exercises)


def empty_grade(submission, out, *notes):
    """Return a grade without points for a submission. It says of how many, if the sheet is known."""
    import nbformat

    whose = {"id": submission.id, "owner": tuple(submission.owner), "notes": [*submission.notes, *notes]}
    if submission.edition is None:
        return Grade(submission.student, submission.path.name, **whose)
    release = nbformat.read(out / "release" / submission.edition / f"{submission.edition}.ipynb", as_version=4)
    of = sum(cell.metadata.nbgrader.points for cell in release.cells if is_check(cell))
    return Grade(submission.student, submission.edition, of=of, **whose)
