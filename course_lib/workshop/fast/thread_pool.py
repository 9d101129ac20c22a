"""Numba's thread pool, set up to work together with PyTorch's."""

import ctypes
import os
import sys

import torch
from numba import config, get_num_threads, threading_layer
from numba.np.ufunc import parallel

from course_lib.runtime import wanted_threads


def open_pool() -> bool:
    """Open numba's thread pool, and return whether compiled loops can use several threads.

    If both libraries use OpenMP, they share one pool. `parallel.NUM_THREADS` sets the number of its threads: numba
    copies it from its config when it is imported.

    Opening the pool allows nested threads, which make PyTorch's attention 15 times as slow, and changes PyTorch's
    number of threads. This function reverses both. Without OpenMP, numba's threads sleep too long for such short loops.
    """
    threads = torch.get_num_threads()
    parallel.NUM_THREADS = min(loop_threads(), config.NUMBA_NUM_THREADS)
    get_num_threads()
    torch.set_num_threads(threads)
    if sys.platform != "win32" and hasattr(symbols := ctypes.CDLL(None), "omp_set_max_active_levels"):
        symbols.omp_set_max_active_levels(1)
    return threading_layer() != "workqueue"


def loop_threads() -> int:
    """Return the number of cores for short loops.

    It is 1 if idle threads sleep (`$OMP_WAIT_POLICY`), because they take too long to wake up.
    """
    is_passive = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
    return 1 if is_passive else min(wanted_threads(), os.cpu_count() or 1)
