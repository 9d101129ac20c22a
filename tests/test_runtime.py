"""Devices: one variable of the environment names it, for lessons and commands. And memory, which is kept."""

import sys

import pytest
import torch
from accelerate import PartialState

from course_lib.errors import CourseError
from course_lib.runtime import keep_freed_memory, launch_explained, lesson_device, pick_device
from tests.pretend_device import UNAVAILABLE, pretend_device


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    monkeypatch.delenv("LOCAL_RANK", raising=False)


def test_lessons_compute_on_the_cpu_unless_they_are_told(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert lesson_device() == torch.device("cpu")
    assert pick_device().type != "cpu"
    monkeypatch.setenv("COURSE_DEVICE", "auto")
    assert lesson_device() == pick_device()
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert lesson_device() == pick_device() == torch.device("cpu")


@pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
def test_the_variable_may_name_any_device_of_torch():
    with pretend_device() as device:
        assert lesson_device() == pick_device() == device


@pytest.mark.parametrize("name", ["gpu", "warp", "meta", "meta:x", "hpu"])
def test_a_device_that_is_not_there_is_refused(name, monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", name)
    for choose in (pick_device, lesson_device):
        with pytest.raises(CourseError, match=f'COURSE_DEVICE is "{name}".*set it to "auto", "cpu", "cuda", or "mps"'):
            choose()


def test_each_of_several_processes_has_the_device_that_accelerate_gives_it(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    monkeypatch.setattr("accelerate.PartialState", lambda: type("State", (), {"device": torch.device("cuda", 1)}))
    assert pick_device() == torch.device("cuda", 1)


@pytest.mark.parametrize(("rank", "reason"), [("0", "environment variable RANK expected"), ("x", "invalid literal")])
def test_a_process_that_no_launcher_started_is_told_to_unset_its_number(rank, reason, monkeypatch):
    monkeypatch.setattr(PartialState, "_shared_state", {})
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("LOCAL_RANK", rank)
    with pytest.raises(CourseError, match=rf'LOCAL_RANK is "{rank}", .*{reason}.* or unset LOCAL_RANK'):
        pick_device()


def test_an_error_of_another_kind_is_not_explained_by_the_launch():
    with pytest.raises(ValueError, match="no launch"), launch_explained():
        raise ValueError("no launch")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, malloc is left alone")
def test_memory_that_was_freed_is_not_asked_for_again():
    from resource import RUSAGE_SELF, getrusage

    keep_freed_memory()
    tensors, pages = lambda: [torch.ones(2**22, dtype=torch.uint8) for _ in range(5)], 5 * 2**22 // 2**12
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(37):
        tensors()
    assert getrusage(RUSAGE_SELF).ru_minflt - before < 3 * pages
