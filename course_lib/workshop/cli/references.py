"""How the texts and files of the course name a lesson by its number, and what they say when numbers change."""

import re
from collections.abc import Mapping, Sequence

from course_lib.workshop.lessons import CAPSTONE, Lesson

STANDING = r"""
      \b(?:[Ll]esson|[Ss]heet)\s+\d\d\b(?!\.\d)                         # lesson 17
    | \b[Ll]essons\s+\d\d\b(?:(?:,|,?\sand|,?\sor|\sto)\s\d\d\b)*       # lessons 02, 05 and 15 to 20
    | \b(?:lesson|answers|solutions)_\d\d\b                             # the modules of its exercises: lesson_17
    | \b(?:answer|check|task)-\d\d\b                                    # their cells: check-17-2
    | \b[Ee]xercise\s\d\d(?=\.\d)                                       # exercise 17.2
    | \bcourse\s(?:run|present|start|check|reset|release)(?:\s--\w+)*(?:\s\d\d\b)+  # course run 17
    | (?<!\#)\#\s\d\d(?=\s·\s)                                          # a title: # 17 · KV caching
"""
IN_EXERCISES = r"""
    | (?<=["'])\d\d(?=\.\d\\?["'])                                      # "13.2"
"""
OF_THE_LESSON = r"""
    | (?<![\d.])(?<!=\(){}(?=\.[1-9](?!\d))                             # 13.2, in the lesson's own exercises
"""
PICTURES = re.compile(r'("image/png": "[^"]*")')  # of a notebook: long, and they name no lesson
LINK = re.compile(r"\[[^\]\n]*\]\((?:[\w./]*/)?\d\d_(\w+)\.ipynb[^)\n]*\)")
# what they name is only an example
EXAMPLES = re.compile(r"CONTRIBUTING\.md|course_lib/workshop/lessons\.py|tests/")
NOT_HERE = "(not in this course)"
EXERCISES_OF = re.compile(r"exercises/(?:.*/)?(?:lesson_|answers_|solutions_)?(\d\d)[_.]")


class References:
    """All references to lessons, of which some get other numbers.

    Args:
        numbers: the lesson that each number stands for in the texts now; a new lesson has no number yet.
        lessons: the lessons as they will be.
        dropped: lessons that leave the course, by their numbers; texts will name them by their titles.

    `lost` collects the references to lessons that are in none of these, each with its file.
    """

    def __init__(
        self, numbers: dict[str, Lesson], lessons: Sequence[Lesson], dropped: Mapping[str, Lesson] | None = None
    ):
        self.numbers, self.dropped, self.lost = numbers, dropped or {}, []
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
        if not EXAMPLES.match(path):
            text = LINK.sub(lambda found: self.leading(found, path), text)
        text = self.links.sub(self.linked, text)
        text = self.files.sub(lambda found: self.lessons[found[1] or found[2]].stem, text)
        return pattern.sub(lambda found: self.renumbered(found[0], path), text)

    def leading(self, link: re.Match[str], path: str) -> str:
        """A link to a notebook: as it is, or if the lesson is dropped, its title."""
        dropped = next((lesson for lesson in self.dropped.values() if lesson.name == link[1]), None)
        if dropped:
            return told(dropped)
        if link[1] not in {*self.lessons, CAPSTONE.name}:
            self.lost.append(f"{path}: {link[0]}")
        return link[0]

    def linked(self, found: re.Match[str]) -> str:
        """The text of a link with number and title."""
        lesson = self.lessons[found[1]]
        return f"[{lesson.number:02} · {lesson.title}"

    def renumbered(self, reference: str, path: str) -> str:
        """A reference with all its numbers replaced."""
        return re.sub(r"\d\d", lambda found: self.replaced(found[0], reference, path), reference)

    def replaced(self, number: str, reference: str, path: str) -> str:
        """A number's successor; in prose, a dropped lesson goes by its title."""
        if number in self.numbers:
            return f"{self.numbers[number].number:02}"
        if re.match(r"[Ll]essons?\s|[Ee]xercise\s", reference) and not EXAMPLES.match(path):
            if number in self.dropped:
                return told(self.dropped[number])
            self.lost.append(f"{path}: {reference}")
        return number


def told(lesson: Lesson) -> str:
    """Return the words for a lesson that is not in the course any more."""
    return f"*{lesson.title}* {NOT_HERE}"
