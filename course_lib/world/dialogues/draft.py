"""Drafts: questions with answers that do not have a split yet, and the rule that chooses the split.

Combinations (an adjective with a noun, the two sides of a comparison) are held out in every phrasing. Of the remaining
questions, one in twelve is held out: its facts are known, but from other phrasings.
"""

from dataclasses import dataclass

from course_lib.world.splits import Group, digest, is_held_out, normalize


@dataclass(frozen=True)
class Draft:
    """A question and its answer, with the `history` of earlier (user, assistant) turns and the `context`.

    `combination` contains two words whose combination can be held out. `known` questions are always in training.
    """

    instruction: str
    response: str
    context: str = ""
    history: tuple[tuple[str, str], ...] = ()
    combination: tuple[str, ...] = ()
    known: bool = False

    @property
    def prompt(self) -> str:
        """Return everything that the answer depends on, as one text."""
        return "\n".join([*(text for turn in self.history for text in turn), self.context, self.instruction])

    @property
    def group(self) -> Group:
        """Return the (split, held_out) of the draft."""
        return ("train", "") if self.known else group_for(self.prompt, self.combination)


def group_for(prompt: str, combination: tuple[str, ...] = ()) -> Group:
    """Return the (split, held_out) of a prompt, ignoring case and punctuation."""
    number = digest(normalize(prompt))
    split = ("validation", "test")[number // 12 % 2]
    if combination and is_held_out(*combination):
        return split, "combination"
    return ("train", "") if number % 12 else (split, "question")
