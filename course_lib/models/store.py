"""Save and load models: a folder with config.json, model.safetensors, the input preparers, and perhaps card.json.

A `Tokenizer` (tokenizer.json) prepares text, and an `ImageProcessor` (preprocessor_config.json) prepares images.
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
# The exceptions that Python and PyTorch raise for a config with values of the wrong type.
STUMBLES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RuntimeError)


@runtime_checkable
class Preparer(Protocol):
    """An object that prepares a model's input and is saved with the model: a `Tokenizer` or an `ImageProcessor`.

    Attributes:
        file: the name of its file.
    """

    file: str

    def save(self, path: Path) -> None:
        """Write the preparer to a file."""


def save_model(model: Model, folder: Path | str, *preparers: Preparer) -> None:
    """Save a model and its input preparers in a folder. Tied tensors are saved once.

    Args:
        model: the model.
        folder: the folder, which is created if necessary.
        preparers: a `Tokenizer` for text models, an `ImageProcessor` for a `Vit`, both for a `Clip` or `Vlm`, none for
            a `Connector`.
    """
    folder = Path(folder)
    for preparer in preparers:
        preparer.save(folder / preparer.file)
    write_json(folder / "config.json", {"architecture": type(model).__name__, **asdict(model.config)})
    write_tensors(folder / "model.safetensors", unique_tensors(model))


def find_model(name: Path | str) -> Path:
    """Return the folder of a model.

    Args:
        name: the name of a model in `data/models/`, or a folder.

    Raises:
        CourseError: there is no such model. The message lists the shipped models.
    """
    for folder in (MODELS / name, Path(name)):
        if os.path.isfile(folder / "config.json"):  # unlike Path.is_file, it accepts names that are too long
            return folder
    known = ", ".join(sorted(path.parent.name for path in MODELS.glob("*/config.json"))) or "none"
    raise CourseError(f'a model must be a folder with a config.json or a shipped model ({known}), got "{name}"')


def load_model(name: Path | str) -> tuple:
    """Load a model in eval mode and its input preparers.

    Args:
        name: the name of a model in `data/models/`, or a folder.

    Returns:
        The model, followed by its preparers in the order of `save_model`.

    Raises:
        CourseError: a file is missing or damaged, the architecture is unknown, the config is not valid, or the weights
            are not finite numbers or belong to another model.
    """
    folder = find_model(name)
    config = read_json(folder / "config.json")
    architecture = config.pop("architecture", None) if isinstance(config, dict) else None
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CourseError(f"{folder / 'config.json'}: architecture must be one of {known}, got {architecture}")
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
    """Check that a model belongs to one of the classes `kinds`.

    Raises:
        CourseError: it belongs to another class.
    """
    if not isinstance(model, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise CourseError(f'"{name}" must be a model of the class {expected}, got {type(model).__name__}')


def check_fit(folder: Path, preparer: Tokenizer | ImageProcessor, config: Any) -> None:
    """Check that a preparer's output fits the model.

    Raises:
        CourseError: the vocabularies, image sizes, or channels differ.
    """
    if isinstance(preparer, Tokenizer):
        size = getattr(config, "text", config).vocab_size
        if len(preparer) != size:
            raise CourseError(
                f"{folder}: the tokenizer must have as many tokens as the model, {size}, got {len(preparer)}"
            )
    else:
        vision = getattr(config, "vision", config)
        needed = vision.num_channels, (vision.image_size, vision.image_size)
        made = preparer.num_channels, preparer.crop or preparer.size
        if made != needed:
            raise CourseError(
                f"{folder}: images must be prepared as {needed} (channels, size) for the model, got {made}"
            )


def load_weights(model: Model, path: Path) -> None:
    """Fill a model with the weights of a safetensors file.

    Raises:
        CourseError: the names or shapes of the tensors differ from the model's, or a tensor has values that are not
            finite.
    """
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
            f"{path} can't be loaded into the model of config.json: missing {missing[:3]}, unknown {unknown[:3]}, "
            f"wrong shape {wrong[:3]}"
        )
    model.load_state_dict(tensors, strict=False)
