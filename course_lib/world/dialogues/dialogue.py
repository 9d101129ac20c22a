"""The dialogue data set: instructions and answers about the little world, with the columns of the Dolly data set.

Each instruction has exactly one possible answer. The exception is a request (see `requests.py`), whose answer is
imperfect, like the answers that people write.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from course_lib.world.dialogues.comparisons import comparisons
from course_lib.world.dialogues.context import contexts
from course_lib.world.dialogues.demonstrations import demonstrations
from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.facts import colours, general
from course_lib.world.dialogues.followups import follow_ups
from course_lib.world.dialogues.laws import laws
from course_lib.world.dialogues.numbers import numbers
from course_lib.world.dialogues.talk import greetings, refusals
from course_lib.world.dialogues.translation import translations
from course_lib.world.rng import Rng
from course_lib.world.splits import SPLITS, check_split

# For each category: the source of its drafts, and the maximum number of rows in the training split and in each other.
SOURCES = {
    "facts": (general, 3_600, 180),
    "context": (contexts, 9_000, 190),
    "counting": (numbers, 4_000, 110),
    "colours": (colours, 400, 30),
    "comparisons": (comparisons, 1_800, 90),
    "translation": (translations, 2_000, 140),
    "greetings": (greetings, 400, 20),
    "refusals": (refusals, 500, 50),
    "laws": (laws, 200, 20),
    "follow-up": (follow_ups, 2_400, 120),
    "request": (demonstrations, 3_000, 110),
}
PATIENCE = 40_000  # stop after this many drafts of a category, even if a split has room for more rows


@dataclass(frozen=True)
class Dialogue:
    """An instruction with its response, and sometimes with a context or earlier messages.

    Args:
        instruction: the user's message.
        context: a short text that contains the answer, or "".
        response: the assistant's message.
        category: the kind of instruction, one of SOURCES.
        history: the earlier messages, as dicts with the keys role and content.
        held_out: why the dialogue is not in training: "question" (it is a new question about known facts),
            "combination" (it contains two words whose combination is held out), or "" in the training split.
    """

    instruction: str
    context: str
    response: str
    category: str
    history: tuple[dict[str, str], ...]
    held_out: str


def make_dialogues(split: str = "train", seed: int = 0) -> list[Dialogue]:
    """Return the dialogues of a split: about 27,000 for "train", 1,000 each for "validation" and "test".

    Raises:
        CourseError: the split does not exist.
    """
    check_split(split)
    return list(dialogues_by_split(seed)[split])


@lru_cache(maxsize=1)
def dialogues_by_split(seed: int) -> dict[str, list[Dialogue]]:
    """Return the dialogues of each split, with all categories in random order."""
    rng, splits = Rng(seed), {split: [] for split in SPLITS}
    for category, (source, *sizes) in SOURCES.items():
        for split, rows in collect(source(rng), *sizes).items():
            splits[split] += [dialogue(draft, category) for draft in rows]
    return {split: rng.shuffled(rows) for split, rows in splits.items()}


def collect(drafts: Iterable[Draft], size: int, held_out_size: int) -> dict[str, list[Draft]]:
    """Assign the drafts to their splits, without repeating a prompt with the same response.

    Args:
        drafts: the drafts of a category, possibly endless.
        size: the maximum number of drafts in the training split.
        held_out_size: the maximum number of drafts in each other split.
    """
    room = {split: size if split == "train" else held_out_size for split in SPLITS}
    rows, seen = {split: [] for split in SPLITS}, set()
    for _, draft in zip(range(PATIENCE), drafts, strict=False):
        split, _ = draft.group
        if len(rows[split]) < room[split] and (draft.prompt, draft.response) not in seen:
            seen.add((draft.prompt, draft.response))
            rows[split].append(draft)
        elif all(len(rows[split]) == room[split] for split in SPLITS):
            break
    return rows


def dialogue(draft: Draft, category: str) -> Dialogue:
    """Create a `Dialogue` from a draft."""
    messages = tuple(
        {"role": role, "content": text}
        for turn in draft.history
        for role, text in zip(("user", "assistant"), turn, strict=True)
    )
    return Dialogue(draft.instruction, draft.context, draft.response, category, messages, draft.group[1])
