"""Models on disk: a folder with config.json, model.safetensors, what prepares the input, and perhaps card.json.

Text is prepared by a `Tokenizer` (tokenizer.json), pictures by an `ImageProcessor` (preprocessor_config.json).
"""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from course_lib.data import ImageProcessor, Tokenizer
from course_lib.errors import CourseError
from course_lib.files import check_numbers, read_json, read_tensors, write_json, write_tensors
from course_lib.models.base import Model, unique_tensors
from course_lib.models.bert import Bert, BertConfig
from course_lib.models.clip import Clip, ClipConfig
from course_lib.models.connector import Connector, ConnectorConfig
from course_lib.models.gpt import Gpt, GptConfig
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.scorer import Scorer
from course_lib.models.settings import from_settings
from course_lib.models.t5 import T5, T5Config
from course_lib.models.translator import Translator, TranslatorConfig
from course_lib.models.vit import Vit, VitConfig
from course_lib.models.vlm import Vlm, VlmConfig
from course_lib.models.vlm_adapter import VlmAdapter, VlmAdapterConfig
from course_lib.runtime import MODELS

ARCHITECTURES = {
    "Bert": (Bert, BertConfig, Tokenizer),
    "Clip": (Clip, ClipConfig, Tokenizer, ImageProcessor),
    "Connector": (Connector, ConnectorConfig),
    "Gpt": (Gpt, GptConfig, Tokenizer),
    "Llm": (Llm, LlmConfig, Tokenizer),
    "Scorer": (Scorer, LlmConfig, Tokenizer),
    "T5": (T5, T5Config, Tokenizer),
    "Translator": (Translator, TranslatorConfig, Tokenizer),
    "Vit": (Vit, VitConfig, ImageProcessor),
    "VlmAdapter": (VlmAdapter, VlmAdapterConfig),
    "Vlm": (Vlm, VlmConfig, Tokenizer, ImageProcessor),
}
# What a config with values of other kinds leads Python and torch into.
STUMBLES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RuntimeError)


@runtime_checkable
class Preparer(Protocol):
    """What is written beside a model, into a file of this name: a `Tokenizer`, an `ImageProcessor`."""

    file: str

    def save(self, path: Path) -> None:
        """Write it to a file."""


def save_model(model: Model, folder: Path | str, *preparers: Preparer) -> None:
    """Write the model and what prepares its input to `folder`; of tied tensors, one is written.

    `preparers` are a `Tokenizer`; for a `Vit` an `ImageProcessor`, for a `Clip` or `Vlm` both, for a `Connector` none.
    """
    folder = Path(folder)
    for preparer in preparers:
        preparer.save(folder / preparer.file)
    write_json(folder / "config.json", {"architecture": type(model).__name__, **asdict(model.config)})
    write_tensors(folder / "model.safetensors", unique_tensors(model))


def find_model(name: Path | str) -> Path:
    """The folder of a model: a name in `data/models/`, or a folder. Raises CourseError, naming those there are."""
    for folder in (MODELS / name, Path(name)):
        if os.path.isfile(folder / "config.json"):  # unlike Path's, it bears names that are too long
            return folder
    known = ", ".join(sorted(path.parent.name for path in MODELS.glob("*/config.json"))) or "none"
    raise CourseError(
        f'no model "{name}": expected a folder with a config.json, or one of the shipped models ({known})'
    )


def load_model(name: Path | str) -> tuple:
    """The model, in eval mode, and what prepares its input, in the order of `save_model`; see `find_model`.

    Raises:
        CourseError: a file is missing or damaged, the architecture is unknown, the config has a value that can't be
            used, or the weights belong to another model or are no finite, plain numbers.
    """
    folder = find_model(name)
    config = read_json(folder / "config.json")
    architecture = config.pop("architecture", None) if isinstance(config, dict) else None
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CourseError(f"{folder / 'config.json'}: unknown architecture {architecture}; known: {known}")
    model_class, config_class, *preparer_classes = ARCHITECTURES[architecture]
    try:
        model = model_class(from_settings(config_class, config))
    except (CourseError, *STUMBLES) as error:
        raise CourseError(f"{folder / 'config.json'} can't be used: {error}") from error
    load_weights(model, folder / "model.safetensors")
    preparers = [preparer.load(folder / preparer.file) for preparer in preparer_classes]
    for preparer in preparers:
        check_fit(folder, preparer, model.config)
    return model.eval(), *preparers


def check_kind(name: Path | str, model: Model, *kinds: type[Model]) -> None:
    """Raise a CourseError that says what is needed, unless the model of this name is of one of the classes `kinds`."""
    if not isinstance(model, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise CourseError(f'"{name}" is a model of the kind {type(model).__name__}; expected {expected}')


def check_fit(folder: Path, preparer: Tokenizer | ImageProcessor, config: Any) -> None:
    """Raise a CourseError where a tokenizer or an image processor makes what the model can't read."""
    if isinstance(preparer, Tokenizer):
        size = getattr(config, "text", config).vocab_size
        if len(preparer) != size:
            raise CourseError(f"{folder}: the tokenizer has {len(preparer)} tokens, the model {size}")
    else:
        vision = getattr(config, "vision", config)
        needed = vision.num_channels, (vision.image_size, vision.image_size)
        made = preparer.num_channels, preparer.crop or preparer.size
        if made != needed:
            raise CourseError(f"{folder}: the pictures are prepared as {made}, the model reads {needed}")


def load_weights(model: Model, path: Path) -> None:
    """Fill the model from a safetensors file; every tensor must have its place and its shape."""
    tensors, _ = read_tensors(path)
    for name, tensor in tensors.items():
        check_numbers(f"{path}: {name}", tensor)
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
