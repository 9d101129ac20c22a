"""Where the course runs: seeds, threads, device, and the folders it reads and writes."""

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
    import torch  # otherwise imported only where it is used: much of the course does without


REPOSITORY = Path(__file__).resolve().parent.parent
MODELS = REPOSITORY / "data" / "models"
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # bytes; names and numbers of glibc's malloc.h


def cache_folder() -> Path:
    """The folder for generated data: `$COURSE_CACHE`, or `data/cache` in the repository. Safe to delete."""
    return Path(os.environ.get("COURSE_CACHE") or REPOSITORY / "data" / "cache")


def seed_everything(seed: int = 0) -> None:
    """Seed the random numbers of Python and of torch (every device)."""
    import torch

    random.seed(seed)
    torch.manual_seed(seed)


def set_threads(threads: int | None = None) -> int:
    """Let torch use `threads` cores (default: `$OMP_NUM_THREADS`, else two) and return their number.

    A fixed number keeps results and timings steady: with all cores of a shared machine, small models get slower. See
    also `keep_freed_memory`, which is called here.

    Raises:
        CourseError: `$OMP_NUM_THREADS` is no number of threads.
    """
    import torch

    keep_freed_memory()
    torch.set_num_threads(threads or wanted_threads())
    return torch.get_num_threads()


def keep_freed_memory() -> None:
    """Let this process keep up to half a GB that it has freed, on Linux.

    Else large tensors, which come and go in every layer, are given back to the system and asked for again; and the
    system clears each page before it hands it out. Elsewhere than with glibc, nothing is done.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(M_MMAP_THRESHOLD, 2**25)
        library.mallopt(M_TRIM_THRESHOLD, 2**29)


def wanted_threads() -> int:
    """The first number of `$OMP_NUM_THREADS`, which is a list for nested loops; two where it is empty."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip() or "2"
    if not wanted.isdecimal() or not 0 < int(wanted) < 1000:
        raise CourseError(f'the environment variable OMP_NUM_THREADS should be a number such as 2, got "{wanted}"')
    return int(wanted)


def pick_device() -> "torch.device":
    """The device that `$COURSE_DEVICE` names: "cpu", "cuda", "mps", ...

    Without it, or if it is "auto": the fastest of this machine, which is CUDA, then Apple's MPS, then the CPU; under
    `accelerate launch`, the one that belongs to this process.

    Raises:
        CourseError: there is no such device here, or `$LOCAL_RANK` is set without what belongs to it.
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
    """Within it, a process finds the others of its launch. Raises CourseError where all it has is a `$LOCAL_RANK`."""
    try:
        yield
    except ValueError as error:
        rank = os.environ.get("LOCAL_RANK")
        if rank is None:
            raise
        raise CourseError(
            f'the environment variable LOCAL_RANK is "{rank}", as in a process that `accelerate launch` has started; '
            f"but {error}. Start it so, or unset LOCAL_RANK"
        ) from None


def lesson_device() -> "torch.device":
    """Where a lesson computes: on the CPU, unless `$COURSE_DEVICE` says otherwise (see `pick_device`).

    On the CPU a lesson prints the very numbers that stand in it; elsewhere the last digits differ.
    """
    import torch

    return pick_device() if os.environ.get("COURSE_DEVICE") else torch.device("cpu")


def checked_device(name: str) -> "torch.device":
    """The `torch.device` of this name. Raises CourseError where torch can't compute on it."""
    import torch

    try:
        numbers = torch.zeros(1, device=name)
        numbers.item()  # "meta" has only shapes
        return numbers.device
    except (RuntimeError, AssertionError, ImportError) as error:  # where torch was built without CUDA, or for no "hpu"
        raise CourseError(
            f'COURSE_DEVICE is "{name}", on which torch can\'t compute here; expected "auto", "cpu", "cuda" or "mps"'
        ) from error
