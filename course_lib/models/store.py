"""Models on disk: a folder with config.json, model.safetensors, tokenizer.json and, for shipped ones, card.json."""

from dataclasses import asdict
from pathlib import Path

from course_lib.data import Tokenizer
from course_lib.errors import CourseError
from course_lib.files import read_json, read_tensors, write_json, write_tensors
from course_lib.models.base import unique_tensors
from course_lib.models.bert import Bert, BertConfig
from course_lib.models.gpt import Gpt, GptConfig
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.scorer import Scorer
from course_lib.models.t5 import T5, T5Config
from course_lib.models.translator import Translator, TranslatorConfig
from course_lib.runtime import MODELS

ARCHITECTURES = {
    "Bert": (Bert, BertConfig),
    "Gpt": (Gpt, GptConfig),
    "Llm": (Llm, LlmConfig),
    "Scorer": (Scorer, LlmConfig),
    "T5": (T5, T5Config),
    "Translator": (Translator, TranslatorConfig),
}


def save_model(model, folder, tokenizer):
    """Write the model and its tokenizer to `folder`; of tied tensors, one is written."""
    folder = Path(folder)
    tokenizer.save(folder / "tokenizer.json")
    write_json(folder / "config.json", {"architecture": type(model).__name__, **asdict(model.config)})
    write_tensors(folder / "model.safetensors", unique_tensors(model))


def find_model(name):
    """The folder of a model: a name in `data/models/`, or a folder. Raises CourseError, naming those there are."""
    for folder in (MODELS / name, Path(name)):
        if (folder / "config.json").is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in MODELS.glob("*/config.json"))) or "none"
    raise CourseError(
        f'no model "{name}": expected a folder with a config.json, or one of the shipped models ({known})'
    )


def load_model(name):
    """The model, in eval mode, and the tokenizer of `name` (see `find_model`).

    Raises:
        CourseError: a file is missing or damaged, the architecture is unknown, or the weights belong to another model.
    """
    folder = find_model(name)
    config = read_json(folder / "config.json")
    architecture = config.pop("architecture", None) if isinstance(config, dict) else None
    if architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CourseError(f"{folder / 'config.json'}: unknown architecture {architecture}; known: {known}")
    model_class, config_class = ARCHITECTURES[architecture]
    try:
        model = model_class(config_class(**config))
    except TypeError as error:
        raise CourseError(f"{folder / 'config.json'} does not fit {config_class.__name__}: {error}") from None
    load_weights(model, folder / "model.safetensors")
    tokenizer = Tokenizer.load(folder / "tokenizer.json")
    if len(tokenizer) != config["vocab_size"]:
        raise CourseError(f"{folder}: the tokenizer has {len(tokenizer)} tokens, the model {config['vocab_size']}")
    return model.eval(), tokenizer


def load_weights(model, path):
    """Fill the model from a safetensors file; every tensor must have its place and its shape."""
    tensors, _ = read_tensors(path)
    state = model.state_dict(keep_vars=True)
    filled = {id(state[name]) for name in tensors if name in state}
    missing = [name for name, tensor in state.items() if id(tensor) not in filled]
    unknown = [name for name in tensors if name not in state]
    wrong = [name for name, t in tensors.items() if name in state and t.shape != state[name].shape]
    if missing or unknown or wrong:
        raise CourseError(
            f"{path} belongs to another model than its config.json says: missing {missing[:3]}, unknown {unknown[:3]}, "
            f"of another shape {wrong[:3]}"
        )
    model.load_state_dict(tensors, strict=False)
