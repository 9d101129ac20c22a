"""Character-level language modeling: one long stream of characters is cut into windows of equal length."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from course_lib.data.batches import Batches
from course_lib.data.rows import TokenBatch
from course_lib.data.tokenizer import BOS, EOS, PAD, SPECIAL_TOKENS
from course_lib.errors import CourseError
from course_lib.shapes import IdsN, Windows


class CharacterTokenizer:
    """A tokenizer with one token for each distinct character of `text`, in addition to the special tokens."""

    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, text: str):
        self._characters = sorted(set(text))
        self._ids = {character: id for id, character in enumerate(self._characters, start=len(SPECIAL_TOKENS))}

    def __len__(self) -> int:
        return len(SPECIAL_TOKENS) + len(self._characters)

    def encode(self, text: str) -> list[int]:
        """Return one token id for each character of `text`. No <eos> is added, because a stream has no end.

        Raises:
            CourseError: a character is not in the vocabulary.
        """
        unknown = set(text) - set(self._ids)
        if unknown:
            raise CourseError(
                f"the text can't contain {min(unknown)!r}; use only the characters {''.join(self._characters)!r}"
            )
        return [self._ids[character] for character in text]

    def encode_batch(self, texts: Iterable[str]) -> list[list[int]]:
        """Return the token ids of each text."""
        return [self.encode(text) for text in texts]

    def decode(self, ids: Iterable[int] | Tensor) -> str:
        """Return the text that `ids` encode, without special tokens."""
        return "".join(self._characters[id - len(SPECIAL_TOKENS)] for id in map(int, ids) if id >= len(SPECIAL_TOKENS))


def window_batches(ids: Sequence[int], length: int, rows: int, seed: int = 0) -> Batches:
    """Return `Batches` of windows that start at random positions in a token stream.

    An epoch contains about as many tokens as the stream.

    Args:
        ids: the token ids of the stream.
        length: the number of tokens in a window, T.
        rows: the number of windows in a batch, B, one per row.
        seed: the seed for the start positions.

    Raises:
        CourseError: the stream is too short. It needs one more token than a window, for the last label.
    """
    windows = cut_windows(ids, length)
    count = max(1, len(windows) // (length * rows))

    def draw(random):
        return torch.randint(len(windows), (count, rows), generator=random).tolist()

    return Batches(windows, window_batch, draw, seed)


def windows_in_order(ids: Sequence[int], length: int, rows: int) -> Batches:
    """Return `Batches` of consecutive windows, so that each token except the first is predicted exactly once.

    An incomplete window at the end is left out. For the arguments and errors, see `window_batches`.
    """
    windows = cut_windows(ids, length)
    starts = list(range(0, len(windows), length))
    return Batches(windows, window_batch, lambda random: [starts[i : i + rows] for i in range(0, len(starts), rows)])


def cut_windows(ids: Sequence[int], length: int) -> Windows:
    """Return all windows of `length` tokens in a stream, each with the following token as its last label."""
    if len(ids) <= length:
        raise CourseError(
            f"a stream must have at least {length + 1} tokens for windows of {length}, got {len(ids)}; "
            "use shorter windows or a longer stream"
        )
    return torch.tensor(ids).unfold(0, length + 1, 1)  # a view: the stream is stored once


def window_batch(windows: Sequence[IdsN], random: torch.Generator | None = None) -> TokenBatch:
    """Collate windows into a `TokenBatch` whose labels are the next tokens."""
    windows = torch.stack(windows)
    return TokenBatch(tokens=windows[:, :-1], labels=windows[:, 1:])
