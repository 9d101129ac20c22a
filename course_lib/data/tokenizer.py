"""Text to token ids and back: sub-words learned by byte-pair encoding, with Hugging Face `tokenizers`."""

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
LINE_BREAK = Regex(r"\n(?!\n)")  # the last one, where there are several
# A word with the space before it, a clitic such as 've, a digit, or one punctuation mark.
PIECE = Regex(r" ?\p{L}+|'\p{L}+| ?\p{N}| ?[^\p{L}\p{N}\s]|\s")


@runtime_checkable
class TextTokenizer(Protocol):
    """The methods of all tokenizers: `Tokenizer`, `CharacterTokenizer`, and the `HubTokenizer` of a checkpoint.

    `pad_id` fills a row behind a text, `bos_id` begins a text and `eos_id` ends it; None where there is no such token.
    """

    pad_id: int | None
    bos_id: int | None
    eos_id: int | None

    def __len__(self) -> int:
        """The size of the vocabulary."""

    def encode(self, text: str) -> list[int]:
        """The token ids of a text, with what the tokenizer puts around each text, such as <eos> at the end."""

    def encode_batch(self, texts: list[str]) -> list[list[int]]:
        """`encode` for many texts."""

    def decode(self, ids: list[int]) -> str:
        """The text of `ids`; special tokens are left out."""


class Tokenizer:
    """Sub-words, spelled with bytes where need be, so that nothing is ever unknown; usually of lower-cased text."""

    file = "tokenizer.json"
    pad_id, bos_id, eos_id = PAD, BOS, EOS

    def __init__(self, fast: FastTokenizer):
        self._fast = fast
        self._fast.encode_special_tokens = True  # "<eos>" typed by a person is text, not a command

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int, special_tokens: Sequence[str] = (), lower_case: bool = True
    ) -> Self:
        """Learn the `vocab_size` most useful sub-words of `texts`, the 256 bytes and the special tokens among them.

        `special_tokens`, such as "<mask>", get the ids 3, 4, ...; no text is ever encoded to them.
        """
        fast = FastTokenizer(models.BPE())
        case = [normalizers.Lowercase()] if lower_case else []
        # A word looks the same wherever it stands: at the start of a text or of a line, it gets a space before it, too.
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
        """Read a `tokenizer.json`. Raises CourseError when it is missing or damaged."""
        text = read_text(path)  # tokenizers can't open files in folders whose names are not Unicode
        try:
            return cls(FastTokenizer.from_str(text))
        except Exception as error:  # tokenizers raises bare Exception
            raise CourseError(f"{path} is not a tokenizer: {error}") from None

    def save(self, path: Path | str) -> None:
        """Write a `tokenizer.json`, atomically."""
        with atomic_file(path) as draft:
            draft.write_text(self.to_json(), encoding="utf-8")

    def to_json(self) -> str:
        """Return the content of a `tokenizer.json`."""
        return self._fast.to_str(pretty=True)

    def __len__(self) -> int:
        return self._fast.get_vocab_size()

    @property
    def merges(self) -> list[tuple[str, str]]:
        """The pairs that byte-pair encoding united, in its order, in the letters of `pieces`."""
        return [tuple(pair) for pair in json.loads(self.to_json())["model"]["merges"]]

    def pieces(self, text: str) -> list[str]:
        """The words that no merge reaches beyond, with a letter for each byte: Ġ is the space, Ã© is é."""
        normal = self._fast.normalizer.normalize_str(text)
        return [piece for piece, _ in self._fast.pre_tokenizer.pre_tokenize_str(normal)]

    def special_id(self, token: str) -> int:
        """The id of a special token, such as "<mask>". Raises CourseError when the tokenizer has none of that name."""
        special = {added.content: id for id, added in self._fast.get_added_tokens_decoder().items()}
        if token not in special:
            raise CourseError(f"the tokenizer has no special token {token}; it has {', '.join(special)}")
        return special[token]

    def with_special(self, token: str) -> "Tokenizer":
        """A copy that has one more special token, with the next id."""
        fast = FastTokenizer.from_str(self.to_json())
        fast.add_special_tokens([token])
        return Tokenizer(fast)

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, with <eos> at the end."""
        return [*self._fast.encode(text, add_special_tokens=False).ids, EOS]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts, in parallel."""
        read = texts[:]  # a column of a data set comes at once, not row by row
        return [[*encoding.ids, EOS] for encoding in self._fast.encode_batch_fast(read, add_special_tokens=False)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; special tokens are left out."""
        return self._fast.decode(list(ids), skip_special_tokens=True)

    def tokens(self, ids: Iterable[int] | Tensor) -> list[str]:
        """One readable piece per id; ▁ stands for the space before a word."""
        byte_level = decoders.ByteLevel()
        return [byte_level.decode([self._fast.id_to_token(int(id))]).replace(" ", "▁") for id in ids]
