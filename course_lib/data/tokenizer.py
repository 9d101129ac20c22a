"""Text to token ids and back: subwords learned by byte-pair encoding, with Hugging Face `tokenizers`."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as FastTokenizer
from torch import Tensor

from course_lib.errors import CourseError
from course_lib.files import atomic_file, read_text

PAD, BOS, EOS = 0, 1, 2
SPECIAL_TOKENS = ("<pad>", "<bos>", "<eos>")
LINE_BREAK = Regex(r"\n(?!\n)")  # only the last of several line breaks
# A word with the space before it, a clitic such as 've, a digit, or one punctuation mark.
PIECE = Regex(r" ?\p{L}+|'\p{L}+| ?\p{N}| ?[^\p{L}\p{N}\s]|\s")


@runtime_checkable
class TextTokenizer(Protocol):
    """The interface of tokenizers: `Tokenizer`, `CharacterTokenizer`, and the `HubTokenizer` of a checkpoint.

    `pad_id` pads a row, `bos_id` starts a text, and `eos_id` ends it. They are None if the tokenizer has no such token.
    """

    pad_id: int | None
    bos_id: int | None
    eos_id: int | None

    def __len__(self) -> int:
        """Return the size of the vocabulary."""

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text, including tokens that the tokenizer adds, such as <eos>."""

    def encode_batch(self, texts: list[str]) -> list[list[int]]:
        """Encode several texts."""

    def decode(self, ids: list[int]) -> str:
        """Return the text of `ids`, without special tokens."""


class Tokenizer:
    """A subword tokenizer that falls back to bytes, so that it has no unknown tokens. Text is usually lower-cased."""

    file = "tokenizer.json"
    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, fast: FastTokenizer):
        self._fast = fast
        self._fast.encode_special_tokens = True  # "<eos>" in a text is encoded as text

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, special_tokens: Sequence[str] = (), lower_case: bool = True
    ) -> Self:
        """Learn a vocabulary of `vocab_size` subwords, including the 256 bytes and the special tokens.

        Args:
            texts: the training texts.
            vocab_size: the size of the vocabulary.
            special_tokens: additional special tokens, such as "<mask>", with ids 3, 4, ... Text is never encoded as a
                special token.
            lower_case: True to lower-case all text.
        """
        fast = FastTokenizer(models.BPE())
        case = [normalizers.Lowercase()] if lower_case else []
        # A word at the start of a text or a line also gets a space before it, so that its tokens are always the same.
        spaces = [normalizers.Replace(LINE_BREAK, "\n "), normalizers.Prepend(" ")]
        fast.normalizer = normalizers.Sequence([normalizers.NFC(), *case, *spaces])
        fast.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(PIECE, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
        fast.decoder = decoders.Sequence(
            [decoders.ByteLevel(), decoders.Strip(" ", left=1, right=0), decoders.Replace("\n ", "\n")]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=[*SPECIAL_TOKENS, *special_tokens],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        fast.train_from_iterator(texts, trainer)
        return cls(fast)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a `tokenizer.json`.

        Raises:
            CourseError: the file is missing or damaged.
        """
        text = read_text(path)  # tokenizers can't open files in folders whose names are not Unicode
        try:
            return cls(FastTokenizer.from_str(text))
        except Exception as error:  # tokenizers raises bare Exception
            raise CourseError(f"{path} is not a tokenizer: {error}") from None

    def save(self, path: Path | str) -> None:
        """Write a `tokenizer.json` atomically."""
        with atomic_file(path) as draft:
            draft.write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """Return the content of a `tokenizer.json`."""
        return self._fast.to_str(pretty=True)

    def __len__(self) -> int:
        return self._fast.get_vocab_size()

    @property
    def merges(self) -> list[tuple[str, str]]:
        """The pairs merged by byte-pair encoding, in order, in the letters of `pieces`."""
        return [tuple(pair) for pair in json.loads(self.to_json())["model"]["merges"]]

    def pieces(self, text: str) -> list[str]:
        """Split a text into words, which merges can't cross, with one letter per byte: Ġ is the space, Ã© is é."""
        normal = self._fast.normalizer.normalize_str(text)
        return [piece for piece, _ in self._fast.pre_tokenizer.pre_tokenize_str(normal)]

    def special_id(self, token: str) -> int:
        """Return the id of a special token, such as "<mask>".

        Raises:
            CourseError: the tokenizer does not have this token.
        """
        special = {added.content: id for id, added in self._fast.get_added_tokens_decoder().items()}
        if token not in special:
            raise CourseError(f"the tokenizer has no special token {token}; it has {', '.join(special)}")
        return special[token]

    def with_special(self, token: str) -> "Tokenizer":
        """Return a copy with one more special token, which has the next id."""
        fast = FastTokenizer.from_str(self.to_json())
        fast.add_special_tokens([token])
        return Tokenizer(fast)

    def encode(self, text: str) -> list[int]:
        """Return the token ids of `text`, with <eos> at the end."""
        return [*self._fast.encode(text, add_special_tokens=False).ids, EOS]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Encode several texts in parallel."""
        read = texts[:]  # reads a column of a data set in one piece, not row by row
        return [[*encoding.ids, EOS] for encoding in self._fast.encode_batch_fast(read, add_special_tokens=False)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`, without special tokens."""
        return self._fast.decode(list(ids), skip_special_tokens=True)

    def tokens(self, ids: Iterable[int] | Tensor) -> list[str]:
        """Return a readable piece of text for each id, with ▁ for the space before a word."""
        byte_level = decoders.ByteLevel()
        return [byte_level.decode([self._fast.id_to_token(int(id))]).replace(" ", "▁") for id in ids]
