"""numba's pool of threads beside torch's."""

import ctypes
import sys

import torch
from numba import config, get_num_threads, threading_layer

from course_lib.runtime import loop_threads


def open_pool() -> bool:
    """Let numba open its pool of threads, which is torch's where both have OpenMP; True if loops may share their work.

    numba then lets threads start threads of their own, with which torch's attention takes 15 times as long; and it
    sets how many torch has. Both are undone. Without OpenMP, numba's threads sleep too long for such short loops.
    """
    threads, config.NUMBA_NUM_THREADS = torch.get_num_threads(), loop_threads()
    get_num_threads()
    torch.set_num_threads(threads)
    if sys.platform != "win32" and hasattr(symbols := ctypes.CDLL(None), "omp_set_max_active_levels"):
        symbols.omp_set_max_active_levels(1)
    return threading_layer() != "workqueue"
