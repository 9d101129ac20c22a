"""The tokenizer of a checkpoint."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from tokenizers import Tokenizer as FastTokenizer

from course_lib.errors import CourseError
from course_lib.files import read_text
from course_lib.workshop.convert.folder import read_config

CONFIG = "tokenizer_config.json"


class HubTokenizer:
    """Text to token ids and back, as the checkpoint wants it.

    Args:
        fast: of the library `tokenizers`.
        special_tokens: bos_token, eos_token, ... -> its text.
        chat_template: a program in Jinja, see `HubChatTemplate`; None where there is none.
    """

    def __init__(self, fast: FastTokenizer, special_tokens: dict[str, str], chat_template: str | None):
        self._fast, self.special_tokens, self.chat_template = fast, special_tokens, chat_template
        fast.no_truncation()
        fast.no_padding()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """That of a folder in the layout of the hub. Raises CourseError where it has none, or a damaged one."""
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise CourseError(
                f"{folder} has no tokenizer.json; if its tokenizer is of another kind, let transformers write one: "
                "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(ANOTHER)"
            )
        text = read_text(path)
        try:
            fast = FastTokenizer.from_str(text)
        except Exception as error:  # tokenizers raises bare Exception
            raise CourseError(f"{path} is not a valid tokenizer file: {error}") from None
        config = read_config(folder, CONFIG) if (folder / CONFIG).is_file() else {}
        return cls(fast, special_tokens(config), chat_template(folder, config))

    def with_special(self, token: str) -> "HubTokenizer":
        """A copy that has one more special token, with the next id."""
        fast = FastTokenizer.from_str(self._fast.to_str())
        fast.add_special_tokens([token])
        return HubTokenizer(fast, self.special_tokens, self.chat_template)

    def with_template(self, chat_template: str) -> "HubTokenizer":
        """The same with another chat template."""
        return HubTokenizer(self._fast, self.special_tokens, chat_template)

    def __len__(self):
        return self._fast.get_vocab_size()

    @property
    def pad_id(self) -> int | None:
        """The id of the token that fills a row behind a text; None if there is none."""
        return self._special_id("pad_token")

    @property
    def bos_id(self) -> int | None:
        """The id of the token that begins a text; None if there is none."""
        return self._special_id("bos_token")

    @property
    def eos_id(self) -> int | None:
        """The id of the token that ends a text; None if there is none."""
        return self._special_id("eos_token")

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, with what the tokenizer puts around each text, such as <bos>."""
        return self._fast.encode(text).ids

    def encode_batch(self, texts: list[str]) -> list[list[int]]:
        """`encode` for many texts, in parallel."""
        return [encoding.ids for encoding in self._fast.encode_batch(texts)]

    def encode_written(self, text: str) -> list[int]:
        """Token ids of a text in which special tokens are written out; nothing is put around it."""
        return self._fast.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Iterable[int]) -> str:
        """The text of `ids`; special tokens are left out."""
        return self._fast.decode(list(ids), skip_special_tokens=True)

    def special_texts(self) -> list[str]:
        """How all special tokens are written."""
        return [token.content for token in self._fast.get_added_tokens_decoder().values() if token.special]

    def text_of(self, id: int) -> str | None:
        """How a token is written."""
        return self._fast.id_to_token(id)

    def _special_id(self, name):
        return self._fast.token_to_id(self.special_tokens[name]) if name in self.special_tokens else None


def special_tokens(config: dict[str, Any]) -> dict[str, str]:
    """bos_token, eos_token, ... of a tokenizer_config.json -> its text; there, it may be part of an object."""
    tokens = {name: value for name, value in config.items() if name.endswith("_token")}
    texts = {name: value.get("content") if isinstance(value, dict) else value for name, value in tokens.items()}
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def chat_template(folder: Path, config: dict[str, Any]) -> str | None:
    """The chat template: of a file of its own, or of the config, where it may be one of several with names; or None.

    Raises:
        CourseError: it is no text.
    """
    if (folder / "chat_template.jinja").is_file():
        return read_text(folder / "chat_template.jinja")
    if (folder / "chat_template.json").is_file():  # where older checkpoints that see have it
        config = read_config(folder, "chat_template.json")
    template = config.get("chat_template")
    if isinstance(template, list):
        named = {entry.get("name"): entry.get("template") for entry in template if isinstance(entry, dict)}
        template = named.get("default")
    if not isinstance(template, str | None):
        raise CourseError(f"{folder}: the chat template should be a text, got {type(template).__name__}")
    return template
