"""Where the course runs: seeds, threads, device, and the folders it reads and writes."""

import os
import random
from contextlib import contextmanager
from pathlib import Path

from course_lib.errors import CourseError

REPOSITORY = Path(__file__).resolve().parent.parent
MODELS = REPOSITORY / "data" / "models"


def cache_folder():
    """The folder for generated data: `$COURSE_CACHE`, or `data/cache` in the repository. Safe to delete."""
    return Path(os.environ.get("COURSE_CACHE") or REPOSITORY / "data" / "cache")


def seed_everything(seed=0):
    """Seed the random numbers of Python and of torch (every device)."""
    import torch

    random.seed(seed)
    torch.manual_seed(seed)


def set_threads(threads=None):
    """Let torch use `threads` cores (default: `$OMP_NUM_THREADS`, else two) and return their number.

    A fixed number keeps results and timings steady: with all cores of a shared machine, small models get slower.

    Raises:
        CourseError: `$OMP_NUM_THREADS` is no number of threads.
    """
    import torch

    torch.set_num_threads(threads or wanted_threads())
    return torch.get_num_threads()


def wanted_threads():
    """The first number of `$OMP_NUM_THREADS`, which is a list for nested loops; two where it is empty."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip() or "2"
    if not wanted.isdecimal() or not 0 < int(wanted) < 1000:
        raise CourseError(f'the environment variable OMP_NUM_THREADS should be a number such as 2, got "{wanted}"')
    return int(wanted)


@contextmanager
def one_thread():
    """Within it, torch uses a single core: for steps that take less time than waking a second one."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def pick_device():
    """The fastest device of this machine: CUDA, then Apple's MPS, then the CPU."""
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
