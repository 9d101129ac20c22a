"""A text as one long stream of characters, learnt from random windows: the smallest language model there is."""

import torch

from course_lib.data.batching import epoch_generator
from course_lib.data.corruption import TextBatch
from course_lib.data.tokenizer import BOS, EOS, PAD, SPECIAL_TOKENS
from course_lib.errors import CourseError


class CharacterTokenizer:
    """Every character that occurs in a text has an id; those of the special tokens come before them."""

    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, text):
        self._characters = sorted(set(text))
        self._ids = {character: id for id, character in enumerate(self._characters, start=len(SPECIAL_TOKENS))}

    def __len__(self):
        return len(SPECIAL_TOKENS) + len(self._characters)

    def encode(self, text):
        """The ids of `text`, one per character; a stream has no end, so there is no <eos>.

        Raises:
            CourseError: a character that the tokenizer's own text had not.
        """
        unknown = set(text) - set(self._ids)
        if unknown:
            raise CourseError(f"the tokenizer's text had no {min(unknown)!r}; it had {''.join(self._characters)!r}")
        return [self._ids[character] for character in text]

    def decode(self, ids):
        """The text of `ids`; special tokens are left out."""
        return "".join(self._characters[id - len(SPECIAL_TOKENS)] for id in map(int, ids) if id >= len(SPECIAL_TOKENS))


class WindowBatches:
    """Windows of a stream of ids, each with the window one place later as its labels.

    Args:
        ids: the stream, a list of ids.
        length: T, the tokens of a window.
        rows: B, the windows in a batch.
        seed: of where the windows start.

    Raises:
        CourseError: the stream is too short for one window and its last label.
    """

    def __init__(self, ids, length, rows, seed=0):
        if len(ids) <= length:
            raise CourseError(f"windows of {length} need a stream of {length + 1} tokens or more, got {len(ids)}")
        self.windows = torch.tensor(ids).unfold(0, length + 1, 1)  # a view: the stream is stored once
        self.length, self.rows, self.seed = length, rows, seed

    def epoch(self, number):
        """As many random windows as make up the length of the stream: the starts of each batch."""
        batches = max(1, len(self.windows) // (self.length * self.rows))
        random = epoch_generator(self.seed, number)
        return torch.randint(len(self.windows), (batches, self.rows), generator=random).tolist()

    def in_order(self):
        """The windows that lie side by side, as batches: every token of the stream is predicted once, but the first.

        What is left at the end, shorter than a window, is left out.
        """
        starts = list(range(0, len(self.windows), self.length))
        return [starts[i : i + self.rows] for i in range(0, len(starts), self.rows)]

    def batch(self, starts):
        """The `TextBatch` of the windows that begin at `starts`."""
        windows = self.windows[starts]
        return TextBatch(tokens=windows[:, :-1], labels=windows[:, 1:])
