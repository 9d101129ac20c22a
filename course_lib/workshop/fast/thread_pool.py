"""numba's pool of threads beside torch's."""

import ctypes
import os
import sys

import torch
from numba import config, get_num_threads, threading_layer
from numba.np.ufunc import parallel

from course_lib.runtime import wanted_threads


def open_pool() -> bool:
    """Let numba open its pool of threads, which is torch's where both have OpenMP; True if loops may share their work.

    `parallel.NUM_THREADS` is how many threads the pool gets: numba copies it from its config when it is imported.

    numba then lets threads start threads of their own, with which torch's attention takes 15 times as long; and it
    sets how many torch has. Both are undone. Without OpenMP, numba's threads sleep too long for such short loops.
    """
    threads = torch.get_num_threads()
    parallel.NUM_THREADS = min(loop_threads(), config.NUMBA_NUM_THREADS)
    get_num_threads()
    torch.set_num_threads(threads)
    if sys.platform != "win32" and hasattr(symbols := ctypes.CDLL(None), "omp_set_max_active_levels"):
        symbols.omp_set_max_active_levels(1)
    return threading_layer() != "workqueue"


def loop_threads() -> int:
    """Return how many cores share short loops.

    It is one where idle threads sleep (`$OMP_WAIT_POLICY`), since they take too long to wake.
    """
    is_passive = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
    return 1 if is_passive else min(wanted_threads(), os.cpu_count() or 1)
