"""Convert text to token ids and back, with subwords learned by byte-pair encoding (Hugging Face `tokenizers`)."""

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
    """The interface of tokenizers, such as `Tokenizer`, `CharacterTokenizer`, and the `HubTokenizer` of a checkpoint.

    `pad_id` is the token that pads a row, `bos_id` the token at the start of a text, and `eos_id` the token at its end.
    An id is None if the tokenizer has no such token.
    """

    pad_id: int | None
    bos_id: int | None
    eos_id: int | None

    def __len__(self) -> int:
        """Return the size of the vocabulary."""

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text, including the tokens that the tokenizer adds, such as <eos>."""

    def encode_batch(self, texts: list[str]) -> list[list[int]]:
        """Return the token ids of each text, as `encode` does for a single one."""

    def decode(self, ids: list[int]) -> str:
        """Return the text that `ids` encode, without special tokens."""


class Tokenizer:
    """A subword tokenizer that is learned by byte-pair encoding.

    Words that are not in its vocabulary are split into smaller subwords or bytes, so it needs no token for unknown
    words. By default, all text is converted to lower case.
    """

    file = "tokenizer.json"
    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, fast: FastTokenizer):
        self._fast = fast
        self._fast.encode_special_tokens = True  # "<eos>" in a text is encoded as text

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, special_tokens: Sequence[str] = (), lower_case: bool = True
    ) -> Self:
        """Train a tokenizer with `vocab_size` tokens, including the 256 bytes and the special tokens.

        Args:
            texts: the training texts.
            vocab_size: the size of the vocabulary.
            special_tokens: additional special tokens, such as "<mask>". They get the ids 3, 4, and so on. Text is never
                encoded as a special token.
            lower_case: True to convert all text to lower case.
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
        """Load a tokenizer from a `tokenizer.json`.

        Raises:
            CourseError: the file is missing or damaged.
        """
        text = read_text(path)  # tokenizers can't open files in folders whose names are not Unicode
        try:
            return cls(FastTokenizer.from_str(text))
        except Exception as error:  # tokenizers raises bare Exception
            raise CourseError(f"{path} is not a valid tokenizer file: {error}") from None

    def save(self, path: Path | str) -> None:
        """Write the tokenizer to a `tokenizer.json` atomically."""
        with atomic_file(path) as draft:
            draft.write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """Return the tokenizer as JSON text, in the format of a `tokenizer.json`."""
        return self._fast.to_str(pretty=True)

    def __len__(self) -> int:
        return self._fast.get_vocab_size()

    @property
    def merges(self) -> list[tuple[str, str]]:
        """The pairs that byte-pair encoding merges, in order. As in `pieces`, each byte is written as one letter."""
        return [tuple(pair) for pair in json.loads(self.to_json())["model"]["merges"]]

    def pieces(self, text: str) -> list[str]:
        """Split a text into the words within which byte-pair encoding merges tokens.

        Each byte is written as one letter: a space becomes Ġ, and é becomes Ã©.
        """
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
        """Return a copy of the tokenizer with one more special token, which gets the next free id."""
        fast = FastTokenizer.from_str(self.to_json())
        fast.add_special_tokens([token])
        return Tokenizer(fast)

    def encode(self, text: str) -> list[int]:
        """Return the token ids of `text`, with <eos> at the end."""
        return [*self._fast.encode(text, add_special_tokens=False).ids, EOS]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, with <eos> at the end. The texts are encoded in parallel."""
        read = texts[:]  # read a column of a data set in one piece, not row by row
        return [[*encoding.ids, EOS] for encoding in self._fast.encode_batch_fast(read, add_special_tokens=False)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text that `ids` encode, without special tokens."""
        return self._fast.decode(list(ids), skip_special_tokens=True)

    def tokens(self, ids: Iterable[int] | Tensor) -> list[str]:
        """Return each token as readable text, with ▁ for the space before a word."""
        byte_level = decoders.ByteLevel()
        return [byte_level.decode([self._fast.id_to_token(int(id))]).replace(" ", "▁") for id in ids]
