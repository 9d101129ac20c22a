"""A question with its answer before it has a place in a split, and the rule that gives it one.

Whole combinations (an adjective with a noun, the two sides of a comparison) are held out from training in every
wording. Of what is left, one question in twelve is held out: what it asks is known, but from other wordings.
"""

from dataclasses import dataclass

from course_lib.world.splits import Group, digest, is_held_out, normalize


@dataclass(frozen=True)
class Draft:
    """One turn: what is asked, after which `history` of (user, assistant) turns and about which `context`.

    `combination` holds two words whose meeting may be held out; `known` questions are in training whatever the draw.
    """

    instruction: str
    response: str
    context: str = ""
    history: tuple[tuple[str, str], ...] = ()
    combination: tuple[str, ...] = ()
    known: bool = False

    @property
    def prompt(self) -> str:
        """All that the answer depends on, as one text."""
        return "\n".join([*(text for turn in self.history for text in turn), self.context, self.instruction])

    @property
    def group(self) -> Group:
        """The (split, held_out) that the draft belongs to."""
        return ("train", "") if self.known else group_for(self.prompt, self.combination)


def group_for(prompt: str, combination: tuple[str, ...] = ()) -> Group:
    """The (split, held_out) of a prompt: case and punctuation make no difference."""
    number = digest(normalize(prompt))
    split = ("validation", "test")[number // 12 % 2]
    if combination and is_held_out(*combination):
        return split, "combination"
    return ("train", "") if number % 12 else (split, "question")
