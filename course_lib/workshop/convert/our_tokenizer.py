"""Our tokenizer and chat template in the layout of the hub."""

from pathlib import Path

from course_lib.data import Tokenizer
from course_lib.data.messages import ROLES
from course_lib.errors import CourseError
from course_lib.files import write_json

# What `ChatTemplate` does, in Jinja: <bos>; for each message <role>, text and <eos>; <assistant>, if it is to speak.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] + eos_token }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}"
)


def tokenizer_to_hugging_face(tokenizer: Tokenizer, folder: Path) -> dict[str, int]:
    """Write tokenizer.json and tokenizer_config.json, with a chat template where the tokenizer has tokens for roles.

    Returns:
        The ids of the special tokens, as a model's config.json has them.
    """
    tokenizer.save(folder / "tokenizer.json")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    config |= {f"{name}_token": f"<{name}>" for name in ("bos", "eos", "pad")}
    if has_roles(tokenizer):
        config["chat_template"] = CHAT_TEMPLATE
    write_json(folder / "tokenizer_config.json", config)
    return {f"{name}_token_id": getattr(tokenizer, f"{name}_id") for name in ("bos", "eos", "pad")}


def has_roles(tokenizer: Tokenizer) -> bool:
    """Return True if the tokenizer has a special token for each role in a conversation."""
    try:
        return all(tokenizer.special_id(f"<{role}>") for role in ROLES)
    except CourseError:
        return False
