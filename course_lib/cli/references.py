"""How the texts and files of the course name a lesson by its number, and what they say when numbers change."""

import re
from collections.abc import Sequence

from course_lib.lessons import Lesson

STANDING = r"""
      \b[Ll]esson\s+\d\d\b                                              # lesson 17
    | \b[Ll]essons\s+\d\d\b(?:(?:,|,?\sand|,?\sor|\sto)\s\d\d\b)*       # lessons 02, 05 and 15 to 20
    | \b(?:lesson|answers|solutions)_\d\d\b                             # the modules of its exercises: lesson_17
    | \b(?:answer|check|task)-\d\d\b                                    # their cells: check-17-2
    | (?<=[Ee]xercise\s)\d\d(?=\.\d)                                    # exercise 17.2
    | \bcourse\s(?:run|check|release)(?:\s\d\d\b)+                      # course run 17
    | (?<!\#)\#\s\d\d(?=\s·\s)                                          # a title: # 17 · KV caching
"""
IN_EXERCISES = r"""
    | (?<=["'])\d\d(?=\.\d\\?["'])                                      # "13.2"
"""
OF_THE_LESSON = r"""
    | (?<![\d.]){}(?=\.\d(?!\d))                                        # 13.2, in the lesson's own exercises
"""
PICTURES = re.compile(r'("image/png": "[^"]*")')  # of a notebook: long, and they name no lesson
EXERCISES_OF = re.compile(r"exercises/(?:.*/)?(?:lesson_|answers_|solutions_)?(\d\d)[_.]")


class References:
    """All references to lessons, of which some get other numbers.

    `numbers` maps the number that each of the `lessons` has now to it; a new one has none. `lost` collects what refers
    to a number that none of them has.
    """

    def __init__(self, numbers: dict[str, Lesson], lessons: Sequence[Lesson]):
        self.numbers, self.lost = numbers, []
        self.lessons = {lesson.name: lesson for lesson in lessons}
        names = "|".join(self.lessons)
        self.files = re.compile(rf"(?<!\d)\d\d_({names})(?!\w)|(?<!\w)({names})(?=\.ipynb)")
        self.links = re.compile(rf"\[\d\d · [^\]\n]*(?=\]\((?:[\w./]*/)?(?:\d\d_)?({names})\.ipynb)")

    def rewrite(self, text: str, path: str) -> str:
        """The text of the file `path`, or the path itself, with the numbers and titles of the list."""
        pattern = STANDING
        if "exercises" in path or "grading" in path:
            pattern += IN_EXERCISES
        if own := EXERCISES_OF.search(path):
            pattern += OF_THE_LESSON.format(own[1])
        parts = PICTURES.split(text)
        parts[::2] = [self.rewrite_words(part, re.compile(pattern, re.VERBOSE), path) for part in parts[::2]]
        return "".join(parts)

    def rewrite_words(self, text: str, pattern: re.Pattern[str], path: str) -> str:
        """The text without its pictures; the `pattern` is what names a lesson by its number in the file `path`."""
        text = self.links.sub(self.linked, text)
        text = self.files.sub(lambda found: self.lessons[found[1] or found[2]].stem, text)
        return pattern.sub(lambda found: self.renumbered(found[0], path), text)

    def linked(self, found: re.Match[str]) -> str:
        """The text of a link with number and title."""
        lesson = self.lessons[found[1]]
        return f"[{lesson.number:02} · {lesson.title}"

    def renumbered(self, reference: str, path: str) -> str:
        """A reference with all its numbers replaced."""
        return re.sub(r"\d\d", lambda found: self.replaced(found[0], reference, path), reference)

    def replaced(self, number: str, reference: str, path: str) -> str:
        """A number's successor."""
        if number in self.numbers:
            return f"{self.numbers[number].number:02}"
        if "esson" in reference:
            self.lost.append(f"{path}: {reference}")
        return number
