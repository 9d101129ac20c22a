"""The environment in which the course runs: random seeds, CPU threads, the device, and folders."""

import ctypes
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import CourseError

if TYPE_CHECKING:
    import torch  # imported only where it is needed, because much of the course runs without it


REPOSITORY = Path(__file__).resolve().parent.parent
MODELS = REPOSITORY / "data" / "models"
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # options for mallopt from glibc's malloc.h, with values in bytes


def cache_folder() -> Path:
    """Return the folder for generated data, which can be deleted safely.

    This is `$COURSE_CACHE`, or `data/cache` in the repository if the variable is not set.
    """
    return Path(os.environ.get("COURSE_CACHE") or REPOSITORY / "data" / "cache")


def seed_everything(seed: int = 0) -> None:
    """Seed the random number generators of Python and of torch, on every device."""
    import torch

    random.seed(seed)
    torch.manual_seed(seed)


def set_threads(threads: int | None = None) -> int:
    """Set the number of CPU threads that torch uses, and return this number.

    With a fixed number, results and timings are reproducible. On a shared machine, small models run slower if they use
    all cores. This function also calls `keep_freed_memory`.

    Args:
        threads: the number of threads. Default: `$OMP_NUM_THREADS`, or 2 if the variable is not set.

    Raises:
        CourseError: `$OMP_NUM_THREADS` is not a valid number of threads.
    """
    import torch

    keep_freed_memory()
    torch.set_num_threads(threads or wanted_threads())
    return torch.get_num_threads()


def keep_freed_memory() -> None:
    """Let this process keep up to 512 MB of freed memory and reuse it. This works only on Linux with glibc.

    By default, glibc returns the memory of large tensors to the system and requests it again in every layer. This is
    slow, because the system clears each page first.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, 2**25)
        library.mallopt(M_TRIM_THRESHOLD, 2**29)


def wanted_threads() -> int:
    """Return the number of threads that `$OMP_NUM_THREADS` sets, or 2 if the variable is not set.

    If the variable is a list with one number per level of nested parallelism, the first number counts.

    Raises:
        CourseError: the variable is not a valid number of threads.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip() or "2"
    if not wanted.isdecimal() or not 0 < int(wanted) < 1000:
        raise CourseError(
            f'the environment variable OMP_NUM_THREADS must be a number from 1 to 999, such as 2, got "{wanted}"'
        )
    return int(wanted)


def pick_device() -> "torch.device":
    """Return the device to compute on, which is the one named in `$COURSE_DEVICE`: "cpu", "cuda", "mps", ...

    If the variable is empty or "auto", return the fastest device of this machine: CUDA, then Apple's MPS, then the CPU.
    Under `accelerate launch`, return the device assigned to this process.

    Raises:
        CourseError: torch can't use the device, or `$LOCAL_RANK` is set but the other variables of a distributed launch
            are not.
    """
    import torch

    wanted = os.environ.get("COURSE_DEVICE") or "auto"
    if wanted != "auto":
        return checked_device(wanted)
    if "LOCAL_RANK" in os.environ:
        from accelerate import PartialState

        with launch_explained():
            return PartialState().device
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@contextmanager
def launch_explained() -> Iterator[None]:
    """Raise a clear CourseError if the environment of a distributed launch is incomplete.

    This happens if `$LOCAL_RANK` is set but the other variables of the launch are missing.
    """
    try:
        yield
    except ValueError as error:
        rank = os.environ.get("LOCAL_RANK")
        if rank is None:
            raise
        raise CourseError(
            f'the environment variable LOCAL_RANK is "{rank}", as in a process started by `accelerate launch`, '
            f"but {error}; use `accelerate launch`, or unset LOCAL_RANK"
        ) from None


def lesson_device() -> "torch.device":
    """Return the device for a lesson: the CPU, unless `$COURSE_DEVICE` names another device (see `pick_device`).

    The numbers in the lessons' text were computed on the CPU. On other devices, the last digits differ.
    """
    import torch

    return pick_device() if os.environ.get("COURSE_DEVICE") else torch.device("cpu")


def checked_device(name: str) -> "torch.device":
    """Return the `torch.device` with this name, after checking that torch can compute on it.

    Raises:
        CourseError: torch can't compute on the device.
    """
    import torch

    try:
        numbers = torch.zeros(1, device=name)
        numbers.item()  # this fails on "meta", where tensors have shapes but no values
        return numbers.device
    except (RuntimeError, AssertionError, ImportError) as error:  # torch built without CUDA, no module for "hpu", ...
        raise CourseError(
            f'COURSE_DEVICE is "{name}", but torch can\'t use it here; set it to "auto", "cpu", "cuda", or "mps"'
        ) from error
