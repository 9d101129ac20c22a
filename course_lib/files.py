"""Safe file access with atomic writes, checked reads, and digests. Tensors are stored as safetensors only."""

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

if TYPE_CHECKING:  # imported only where they are needed, because much of the course runs without them
    import safetensors
    import torch

NUMBERS = ("float32", "float64", "float16", "bfloat16")


@contextlib.contextmanager
def atomic_file(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path next to `path`, and rename the file to `path` if the block succeeds.

    The old content of `path` survives every failure, such as a full disk, a killed process, or an exception in the
    block. Each process and thread writes its own temporary file. If several of them write at the same time, the last
    one to finish wins.

    Raises:
        CourseError: the file can't be written, for example because the disk is full or read-only. `path` is unchanged.
    """
    path = Path(path)
    draft = path.with_name(f".{path.name}.{platform.node()}-{os.getpid()}-{threading.get_ident()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_drafts(path)
        yield draft
        with open(draft, "rb+") as file:
            os.fsync(file.fileno())  # if the disk is full, the error may occur only here
        draft.replace(path)
    except OSError as error:
        raise CourseError(f"could not save {path}: {error}; the previous version is unchanged") from error
    finally:
        with contextlib.suppress(OSError):  # the draft or its folder may not exist
            draft.unlink()


def clear_drafts(path: Path) -> None:
    """Remove the temporary files of `path` that killed processes on this machine left behind.

    A file that can't be removed, such as another user's file, is left in place.
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
    """Write `content` to a JSON file, atomically and with indentation.

    Accented letters are not escaped, and the file ends with a newline.
    """
    with atomic_file(path) as draft:
        draft.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path | str) -> Any:
    """Return the content of a JSON file.

    Raises:
        CourseError: the file is missing, can't be read, or is not valid JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CourseError(f"{path} is not valid JSON: {error}") from None


def read_text(path: Path | str) -> str:
    """Return the content of a text file.

    Raises:
        CourseError: the file is missing, can't be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CourseError(f"{path} is missing") from None
    except OSError as error:
        raise CourseError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 text: {error}") from None


def write_tensors(path: Path | str, tensors: "dict[str, torch.Tensor]", metadata: dict[str, str] | None = None) -> None:
    """Write named tensors and `metadata`, which maps strings to strings, to a safetensors file atomically."""
    from safetensors.torch import save

    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, metadata)
    with atomic_file(path) as draft:
        draft.write_bytes(data)


def read_tensors(path: Path | str) -> "tuple[dict[str, torch.Tensor], dict[str, str]]":
    """Return the named tensors and the metadata of a safetensors file.

    Raises:
        CourseError: the file is missing, truncated, or not a safetensors file.
    """
    with open_tensors(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118


@contextlib.contextmanager
def open_tensors(path: Path | str) -> "Iterator[safetensors.safe_open]":
    """Open a safetensors file for a `with` block, so that its tensors can be read one by one.

    Raises:
        CourseError: the file is missing, truncated, or not a safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except FileNotFoundError:
        raise CourseError(f"{path} is missing") from None
    except (OSError, RuntimeError, SafetensorError) as error:  # torch raises RuntimeError if the file shrinks
        size = Path(path).stat().st_size
        raise CourseError(f"{path} ({size:,} bytes) is damaged or not a safetensors file: {error}") from None


def check_numbers(name: str, tensor: "torch.Tensor") -> None:
    """Check that the data type of a tensor is one of `NUMBERS` and that all its values are finite.

    Args:
        name: the name of the tensor for the error message.
        tensor: the tensor to check.

    Raises:
        CourseError: the data type is a different one, or a value is NaN or infinite.
    """
    kind = str(tensor.dtype).removeprefix("torch.")
    if kind not in NUMBERS:
        raise CourseError(f"{name} must be stored as one of {', '.join(NUMBERS)}, got {kind}")
    if not all(bool(piece.isfinite().all()) for piece in pieces(tensor)):
        raise CourseError(f"{name} contains NaN or infinity; the file is damaged, or the training failed")


def pieces(tensor: "torch.Tensor") -> "Sequence[torch.Tensor]":
    """Split a tensor along its first axis into pieces of about a million numbers.

    A check that reads one piece at a time needs less memory. A scalar is returned as the only piece.
    """
    return tensor.split(max(1, 2**20 * len(tensor) // max(1, tensor.numel()))) if tensor.dim() else [tensor]


def sha256(path: Path | str) -> str:
    """Return the SHA-256 digest of a file as a hexadecimal string."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
