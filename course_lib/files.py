"""Files that are whole or not there: atomic writes, checked reads, digests. Tensors travel as safetensors only."""

import contextlib
import hashlib
import json
import os
import platform
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError

if TYPE_CHECKING:  # otherwise imported only where they are used: much of the course does without
    import safetensors
    import torch

NUMBERS = ("float32", "float64", "float16", "bfloat16")


@contextlib.contextmanager
def atomic_file(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; it takes the place of `path` when the block ends well.

    What stood at `path` before survives every failure: a full disk, a kill, an exception in the block. Of several
    writers at the same time, each has a draft of its own, and the last to end counts.

    Raises:
        CourseError: the disk refused (full, read-only, no such device); nothing was changed.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}-{threading.get_ident()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_drafts(path)
        yield draft
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())  # a full disk may show only here
        draft.replace(path)
    except OSError as error:
        raise CourseError(f"could not save {path}: {error}; what was saved before is untouched") from error
    finally:
        with contextlib.suppress(OSError):  # nothing to clear away, or no folder at all
            draft.unlink()


def clear_drafts(path: Path) -> None:
    """Remove the drafts of `path` that writers on this machine left behind when they were killed.

    A draft that can't be removed, such as another user's, stays.
    """
    import psutil

    mine = f".{path.name}.{platform.node()}-"
    for draft in path.parent.iterdir():
        if draft.name.startswith(mine) and draft.suffix == ".draft":
            process = draft.name.removeprefix(mine).partition("-")[0]
            if process.isdecimal() and not psutil.pid_exists(int(process)):
                with contextlib.suppress(OSError):
                    draft.unlink()


def write_json(path: Path | str, content: object) -> None:
    """Write `content` atomically as indented JSON with a final newline; accents stay readable."""
    with atomic_file(path) as draft:
        draft.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path | str) -> Any:
    """The content of a JSON file. Raises CourseError when it is missing, can't be read, or is not JSON."""
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{path} is not valid JSON: {error}") from None


def read_text(path: Path | str) -> str:
    """The content of a text file. Raises CourseError when it is missing, can't be read, or is not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"{path} is missing") from None
    except OSError as error:
        raise CourseError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text: {error}") from None


def write_tensors(path: Path | str, tensors: "dict[str, torch.Tensor]", metadata: dict[str, str] | None = None) -> None:
    """Write named tensors, and texts as `metadata`, atomically as one safetensors file."""
    from safetensors.torch import save

    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, metadata)
    with atomic_file(path) as draft:
        draft.write_bytes(data)


def read_tensors(path: Path | str) -> "tuple[dict[str, torch.Tensor], dict[str, str]]":
    """The tensors and the metadata of a safetensors file. Raises CourseError as `open_tensors` does."""
    with open_tensors(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118


@contextlib.contextmanager
def open_tensors(path: Path | str) -> "Iterator[safetensors.safe_open]":
    """Yield a safetensors file, whose tensors are read one by one, when they are asked for.

    Raises:
        CourseError: the file is missing, cut short, or something else than safetensors.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except FileNotFoundError:
        raise CourseError(f"{path} is missing") from None
    except (OSError, RuntimeError, SafetensorError) as error:  # RuntimeError: torch, of a file that shrinks
        size = Path(path).stat().st_size
        raise CourseError(f"{path} ({size:,} bytes) is damaged or not safetensors: {error}") from None


def check_numbers(name: str, tensor: "torch.Tensor") -> None:
    """Raise a CourseError that names the tensor unless it holds numbers that a model computes with, all finite."""
    kind = str(tensor.dtype).removeprefix("torch.")
    if kind not in NUMBERS:
        raise CourseError(f"{name} is stored as {kind}; expected one of {', '.join(NUMBERS)}")
    if not all(bool(piece.isfinite().all()) for piece in pieces(tensor)):
        raise CourseError(f"{name} holds NaN or infinity; the file is damaged, or its training went wrong")


def pieces(tensor: "torch.Tensor") -> "Sequence[torch.Tensor]":
    """A tensor cut into rows that have about a million numbers together: what is made of a piece takes little memory.

    A single number stays what it is.
    """
    return tensor.split(max(1, 2**20 * len(tensor) // max(1, tensor.numel()))) if tensor.dim() else [tensor]


def sha256(path: Path | str) -> str:
    """The SHA-256 digest of a file, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
