"""numba's pool of threads: torch's own threads are as they were."""

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numba
import torch

from course_lib.workshop.fast.thread_pool import loop_threads, open_pool


def test_the_threads_of_torch_are_as_they_were():
    before = torch.get_num_threads()
    open_pool()
    assert torch.get_num_threads() == before
    symbols = ctypes.CDLL(None)
    if hasattr(symbols, "omp_get_max_active_levels"):
        assert symbols.omp_get_max_active_levels() == 1


def test_loops_use_no_more_cores_than_wanted_whichever_thread_calls_them():
    open_pool()
    with ThreadPoolExecutor(1) as another_thread:
        assert [numba.get_num_threads(), another_thread.submit(numba.get_num_threads).result()] == 2 * [loop_threads()]
