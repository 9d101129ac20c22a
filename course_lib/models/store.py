"""Functions to save and load models. A saved model is a folder with a config, the weights, and the input preparers.

The config is in config.json, and the weights are in model.safetensors. A `Tokenizer` prepares text and is saved in
tokenizer.json. An `ImageProcessor` prepares images and is saved in preprocessor_config.json. The folder can also
contain a model card, card.json.
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
OF_OTHERS = "course_lib.workshop.convert.open_checkpoint(name).model() loads a fetched model or a folder of the hub"
# Python and PyTorch can raise any of these exceptions if a config has values of the wrong type.
STUMBLES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RuntimeError)


@runtime_checkable
class Preparer(Protocol):
    """The interface of an object that prepares a model's input: a `Tokenizer` or an `ImageProcessor`.

    Attributes:
        file: the name of the file in the model's folder that the object is saved to.
    """

    file: str

    def save(self, path: Path) -> None:
        """Save this object to a file, from which it can be loaded again."""


def save_model(model: Model, folder: Path | str, *preparers: Preparer) -> None:
    """Save a model and its input preparers in a folder. Tied tensors are saved only once.

    Args:
        model: the model to save.
        folder: the folder to save the model in. It is created if it doesn't exist.
        preparers: a `Tokenizer` for a text model, an `ImageProcessor` for a `Vit`, both for a `Clip` or a `Vlm`, and
            nothing for a `Connector` or a `VlmAdapter`.
    """
    folder = Path(folder)
    for preparer in preparers:
        preparer.save(folder / preparer.file)
    write_json(folder / "config.json", {"architecture": type(model).__name__, **asdict(model.config)})
    write_tensors(folder / "model.safetensors", unique_tensors(model))


def find_model(name: Path | str) -> Path:
    """Find the folder of a model, given its name or its path.

    Args:
        name: the name of a model in `data/models/`, or the path of a folder.

    Raises:
        CourseError: there is no such model. The message lists the shipped models.
    """
    for folder in (MODELS / name, Path(name)):
        if os.path.isfile(folder / "config.json"):  # Path.is_file would raise an error for a name that is too long
            return folder
    known = ", ".join(sorted(path.parent.name for path in MODELS.glob("*/config.json"))) or "none"
    raise CourseError(
        f'a model must be a folder with a config.json, or a shipped model ({known}), got "{name}"; {OF_OTHERS}'
    )


def load_model(name: Path | str) -> tuple:
    """Load a model and its input preparers, and switch the model to eval mode.

    Args:
        name: the name of a model in `data/models/`, or the path of a folder.

    Returns:
        The model, followed by its tokenizer, its image processor, or both in this order.

    Raises:
        CourseError: a file is missing or damaged, the config or its architecture is not valid, or the weights don't fit
            the config or are not finite.
    """
    folder = find_model(name)
    config = read_json(folder / "config.json")
    architecture = config.pop("architecture", None) if isinstance(config, dict) else None
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise CourseError(
            f"{folder / 'config.json'}: the architecture must be one of {known}, got {architecture}; {OF_OTHERS}"
        )
    model_class, config_class, *preparer_classes = ARCHITECTURES[architecture]
    try:
        model = model_class(from_settings(config_class, config))
    except (CourseError, *STUMBLES) as error:
        raise CourseError(f"{folder / 'config.json'} can't be used to build a model: {error}") from error
    load_weights(model, folder / "model.safetensors")
    preparers = [preparer.load(folder / preparer.file) for preparer in preparer_classes]
    for preparer in preparers:
        check_fit(folder, preparer, model.config)
    return model.eval(), *preparers


def check_kind(name: Path | str, model: Model, *kinds: type[Model]) -> None:
    """Check that a model is an instance of one of the given classes.

    Args:
        name: the name of the model, which the error message contains.
        model: the model to check.
        kinds: the classes that are allowed.

    Raises:
        CourseError: the model is an instance of another class.
    """
    if not isinstance(model, kinds):
        expected = " or ".join(kind.__name__ for kind in kinds)
        raise CourseError(f'the model "{name}" must be an instance of {expected}, got {type(model).__name__}')


def check_fit(folder: Path, preparer: Tokenizer | ImageProcessor, config: Any) -> None:
    """Check that the output of a tokenizer or an image processor fits the model.

    Raises:
        CourseError: the model expects another vocabulary size, image size, or number of channels.
    """
    if isinstance(preparer, Tokenizer):
        size = getattr(config, "text", config).vocab_size
        if len(preparer) != size:
            raise CourseError(
                f"{folder}: the tokenizer must have {size} tokens, as many as the model, got {len(preparer)}"
            )
    else:
        vision = getattr(config, "vision", config)
        needed = vision.num_channels, (vision.image_size, vision.image_size)
        made = preparer.num_channels, preparer.crop or preparer.size
        if made != needed:
            raise CourseError(
                f"{folder}: the image processor must make images of the model's format (channels, size), {needed}, "
                f"got {made}"
            )


def load_weights(model: Model, path: Path) -> None:
    """Load the weights in a safetensors file into a model.

    Raises:
        CourseError: the names or shapes of the tensors differ from the model's, or a tensor contains values that are
            not finite.
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
            f"{path} can't be loaded into the model described by config.json; missing tensors: {missing[:3]}, unknown "
            f"tensors: {unknown[:3]}, tensors of the wrong shape: {wrong[:3]}"
        )
    model.load_state_dict(tensors, strict=False)
