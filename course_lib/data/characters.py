"""A text as one long stream of characters, learned from random windows: the smallest language model there is."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from course_lib.data.batches import Batches
from course_lib.data.rows import TokenBatch
from course_lib.data.tokenizer import BOS, EOS, PAD, SPECIAL_TOKENS
from course_lib.errors import CourseError
from course_lib.shapes import IdsN, Windows


class CharacterTokenizer:
    """Every character that occurs in a text has an id; those of the special tokens come before them."""

    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, text: str):
        self._characters = sorted(set(text))
        self._ids = {character: id for id, character in enumerate(self._characters, start=len(SPECIAL_TOKENS))}

    def __len__(self) -> int:
        return len(SPECIAL_TOKENS) + len(self._characters)

    def encode(self, text: str) -> list[int]:
        """The ids of `text`, one per character; a stream has no end, so there is no <eos>.

        Raises:
            CourseError: a character that the tokenizer's own text had not.
        """
        unknown = set(text) - set(self._ids)
        if unknown:
            raise CourseError(f"the tokenizer's text had no {min(unknown)!r}; it had {''.join(self._characters)!r}")
        return [self._ids[character] for character in text]

    def encode_batch(self, texts: Iterable[str]) -> list[list[int]]:
        """`encode` for many texts."""
        return [self.encode(text) for text in texts]

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """The text of `ids`; special tokens are left out."""
        return "".join(self._characters[id - len(SPECIAL_TOKENS)] for id in map(int, ids) if id >= len(SPECIAL_TOKENS))


def window_batches(ids: Sequence[int], length: int, rows: int, seed: int = 0) -> Batches:
    """The `Batches` of random windows of a stream of ids, as many as make up its length.

    Args:
        ids: the stream.
        length: T, the tokens of a window.
        rows: B, the windows in a batch.
        seed: of where the windows start.

    Raises:
        CourseError: the stream is too short for one window and its last label.
    """
    windows = cut_windows(ids, length)
    count = max(1, len(windows) // (length * rows))

    def draw(random):
        return torch.randint(len(windows), (count, rows), generator=random).tolist()

    return Batches(windows, window_batch, draw, seed)


def windows_in_order(ids: Sequence[int], length: int, rows: int) -> Batches:
    """The `Batches` of the windows that lie side by side: every token of the stream is predicted once, but the first.

    What is left at the end, shorter than a window, is left out. Arguments and errors as in `window_batches`.
    """
    windows = cut_windows(ids, length)
    starts = list(range(0, len(windows), length))
    return Batches(windows, window_batch, lambda random: [starts[i : i + rows] for i in range(0, len(starts), rows)])


def cut_windows(ids: Sequence[int], length: int) -> Windows:
    """The windows of a stream that begin at each of its places, each with one more token, the last label."""
    if len(ids) <= length:
        raise CourseError(f"windows of {length} need a stream of {length + 1} tokens or more, got {len(ids)}")
    return torch.tensor(ids).unfold(0, length + 1, 1)  # a view: the stream is stored once


def window_batch(windows: Sequence[IdsN], random: torch.Generator | None = None) -> TokenBatch:
    """A `TokenBatch` of windows, each with the window one place later as its labels."""
    windows = torch.stack(windows)
    return TokenBatch(tokens=windows[:, :-1], labels=windows[:, 1:])
