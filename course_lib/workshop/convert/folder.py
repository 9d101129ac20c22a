"""The layout of the hub: a folder with config.json, weights in one or more safetensors files, and a tokenizer."""

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from course_lib.errors import CourseError
from course_lib.files import open_tensors, read_json
from course_lib.models.settings import from_settings

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
WANTED = ["*.json", "*.safetensors", "*.jinja"]
UNWANTED = ["*/*", "consolidated*"]  # the same weights in other layouts


Config = TypeVar("Config")


class HubConfig(dict[str, Any]):
    """A config.json of the hub. Raises CourseError where a setting is asked for that it lacks."""

    def __missing__(self, key):
        raise CourseError(f"the checkpoint's config has no {key}")

    def positive(self, key: str) -> int | float:
        """A number that must be above 0. Raises CourseError where it is anything else."""
        value = self[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            raise CourseError(f"the checkpoint's {key} should be a number above 0, got {value!r}")
        return value


def reads_config(read: Callable[..., Config]) -> Callable[..., Config]:
    """Decorates a function from a config of the hub to one of ours.

    Called with any dict, it gets a `HubConfig`. What it makes is checked (see `from_settings`), and whatever it
    stumbles over becomes a CourseError, since a config.json may say anything.
    """

    @wraps(read)
    def checked(config, *arguments):
        try:
            made = read(HubConfig(config), *arguments)
            return from_settings(type(made), asdict(made))
        except CourseError:
            raise
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
            raise CourseError(f"the checkpoint's config has a setting that can't be used: {error}") from error

    return checked


class ShardedTensors(Mapping):
    """The tensors of several safetensors files: name -> tensor, as stored, read from the disk when asked for.

    Nothing stays in memory: a file is mapped for as long as a tensor from it is in use.

    Raises:
        CourseError: a file is missing, cut short, or something else than safetensors.
    """

    def __init__(self, files: Iterable[Path]):
        self._files = {}
        for path in files:
            with open_tensors(path) as file:
                self._files |= dict.fromkeys(file.keys(), path)

    def __getitem__(self, name):
        with open_tensors(self._files[name]) as file:
            return file.get_tensor(name)

    def __iter__(self):
        return iter(self._files)

    def __len__(self):
        return len(self._files)


def find_folder(name: Path | str) -> Path:
    """The folder of a checkpoint: a local one, or that of a hub id such as "Qwen/Qwen3-0.6B", downloaded if need be.

    Raises:
        CourseError: there is no such folder, and the hub gives no model of that name.
    """
    folder = Path(name)
    if os.path.isfile(folder / "config.json"):
        return folder
    if os.path.isdir(folder) or not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", str(name)):
        raise CourseError(f"{folder} is not a checkpoint: expected a folder with a config.json, or a hub id")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(str(name), allow_patterns=WANTED, ignore_patterns=UNWANTED))
    except Exception as error:  # the network, the hub and the disk each have kinds of their own
        reason = str(error).splitlines()[0]
        raise CourseError(f'"{name}" is no folder with a config.json, and the hub did not give it: {reason}') from None


def read_config(folder: Path, name: str = "config.json") -> HubConfig:
    """A config of a folder. Raises CourseError when it is missing, damaged, or no object."""
    config = read_json(folder / name)
    if not isinstance(config, dict):
        raise CourseError(f"{folder / name} should hold an object, got {type(config).__name__}")
    return HubConfig(config)


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder: one, or those that an index names.

    Raises:
        CourseError: there are none, or only pickles; or the index names a file that isn't there.
    """
    if (folder / SINGLE).is_file():
        return [folder / SINGLE]
    if (folder / INDEX).is_file():
        return shards(folder / INDEX)
    pickles = [path.name for pattern in PICKLES for path in sorted(folder.glob(pattern))]
    found = f"only {pickles[0]}, and a pickle may run any program when it is read" if pickles else "no other weights"
    raise CourseError(
        f"{folder} has no {SINGLE} ({found}); where you trust it, let transformers write one: "
        "AutoModel.from_pretrained(FOLDER).save_pretrained(ANOTHER)"
    )


def shards(index: Path) -> list[Path]:
    """The files that an index names. Raises CourseError when one of them is absent."""
    names = read_json(index)
    names = names.get("weight_map") if isinstance(names, dict) else None
    if not isinstance(names, dict) or not names:
        raise CourseError(f"{index} has no weight_map, which says where each tensor is")
    files = sorted(set(map(str, names.values())))
    absent = [name for name in files if Path(name).name != name or not (index.parent / name).is_file()]
    if absent:
        raise CourseError(f"{index} names {', '.join(absent[:3])}, which is not in the folder")
    return [index.parent / name for name in files]
