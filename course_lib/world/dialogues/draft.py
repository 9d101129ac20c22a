"""Drafts (questions with answers, before they are assigned to a split), and the rule that assigns them.

A held-out combination, such as an adjective with a noun or two things to compare, is held out in every phrasing. One in
twelve of the remaining questions is held out too. Training contains the facts behind it, but only in other phrasings.
"""

from dataclasses import dataclass

from course_lib.world.splits import Group, digest, is_held_out, normalize


@dataclass(frozen=True)
class Draft:
    """A question and its answer, before it is assigned to a split.

    Args:
        instruction: the question.
        response: the answer.
        context: a short text that contains the answer, or "".
        history: the earlier turns, as pairs (user message, assistant message).
        combination: the two words whose combination can be held out, or ().
        known: True if the question must be in the training split.
    """

    instruction: str
    response: str
    context: str = ""
    history: tuple[tuple[str, str], ...] = ()
    combination: tuple[str, ...] = ()
    known: bool = False

    @property
    def prompt(self) -> str:
        """Everything that the answer depends on: the history, the context, and the instruction as one text."""
        return "\n".join([*(text for turn in self.history for text in turn), self.context, self.instruction])

    @property
    def group(self) -> Group:
        """The split of the draft, and the reason why it is held out ("" in the training split)."""
        return ("train", "") if self.known else group_for(self.prompt, self.combination)


def group_for(prompt: str, combination: tuple[str, ...] = ()) -> Group:
    """Return the split of a prompt, and the reason why it is held out ("" in the training split).

    The split depends on a hash of the prompt, which ignores case and punctuation.

    Args:
        prompt: everything that the answer depends on.
        combination: the two words whose combination can be held out, or ().
    """
    number = digest(normalize(prompt))
    split = ("validation", "test")[number // 12 % 2]
    if combination and is_held_out(*combination):
        return split, "combination"
    return ("train", "") if number % 12 else (split, "question")
