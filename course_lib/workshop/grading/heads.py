"""The heads of a sheet's exercises, and the texts that repeat them: its first cell, and its lesson."""

import re
from dataclasses import dataclass

HEAD = re.compile(r"^## (\d\d\.\d) · (.+)\n\n(★+☆*) · (\d+) minutes · ([^·]+) · (.+)$", re.M)
VERB = re.compile(r"(?<!\*)\*(\w[^*]*)\*(?!\*)")
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
COUNT = re.compile(r"\b\w+(?= exercises\b.*, about \d+ minutes, and)|(?<=, about )\d+(?= minutes, and)")
LISTED = re.compile(r"^\d+\. \*\*.+\n?", re.M)
TIME = re.compile(r"(?<=exercises )\d+(?= minutes)")


@dataclass(frozen=True)
class Head:
    """The head of an exercise; `verbs` are those of the lesson's goals that it tests."""

    id: str
    title: str
    stars: str
    minutes: int
    kind: str
    verbs: tuple[str, ...]

    @property
    def line(self):
        """The exercise in the list of its lesson."""
        title, verbs = self.title + "." * (not self.title.endswith("?")), ", ".join(f"*{verb}*" for verb in self.verbs)
        return f"**{title}** {self.kind.capitalize()}, {self.minutes} minutes, {self.stars}; {verbs}"


def heads_in(sheet):
    """Return the heads of the exercises that a sheet asks."""
    prose = "\n\n".join(cell.source for cell in sheet.cells if cell.cell_type == "markdown")
    return [
        Head(exercise, title, stars, int(minutes), kind, tuple(VERB.findall(verbs)))
        for exercise, title, stars, minutes, kind, verbs in HEAD.findall(prose)
    ]


def count_in_sheet(sheet):
    """Let the first cell of a sheet say how many exercises follow, and how long they take."""
    heads, first = heads_in(sheet), sheet.cells[0]
    told = iter((NUMBERS[len(heads)], str(sum(head.minutes for head in heads))))

    def counted(found):
        number = next(told, found[0])
        return number.capitalize() if found[0][0].isupper() else number

    first.source = COUNT.sub(counted, first.source)


def list_in_lesson(lesson, sheet):
    """Let a lesson list the exercises of its sheet, and its card say how long they take."""
    heads = heads_in(sheet)
    lesson.cells[0].source = TIME.sub(str(sum(head.minutes for head in heads)), lesson.cells[0].source)
    lines = "".join(f"{place}. {head.line}\n" for place, head in enumerate(heads, start=1))
    for cell in lesson.cells:
        if cell.cell_type == "markdown" and "## Exercises" in cell.source:
            before, after = cell.source.rstrip("\n") + "\n\n", ""
            if LISTED.search(cell.source):
                before, *_, after = LISTED.split(cell.source)
            cell.source = (before + lines + after).rstrip("\n")
