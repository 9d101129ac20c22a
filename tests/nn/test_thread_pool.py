"""numba's pool of threads: torch's own threads are as they were."""

import ctypes

import torch

from course_lib.nn.thread_pool import open_pool


def test_the_threads_of_torch_are_as_they_were():
    before = torch.get_num_threads()
    open_pool()
    assert torch.get_num_threads() == before
    symbols = ctypes.CDLL(None)
    if hasattr(symbols, "omp_get_max_active_levels"):
        assert symbols.omp_get_max_active_levels() == 1
