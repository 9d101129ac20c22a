"""Where the course runs: what the environment says is taken, or refused in a sentence."""

import pytest

from course_lib.errors import CourseError
from course_lib.runtime import wanted_threads


@pytest.mark.parametrize(("said", "threads"), [(None, 2), ("", 2), ("3", 3), (" 3 ", 3), ("3,2", 3), ("1", 1)])
def test_the_number_of_threads_is_the_first_that_the_environment_names(said, threads, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if said is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert wanted_threads() == threads


@pytest.mark.parametrize("said", ["0", "-1", "many", "2.5", "9" * 30, "²"])
def test_what_is_no_number_of_threads_is_refused(said, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    with pytest.raises(CourseError, match=f'OMP_NUM_THREADS should be a number such as 2, got "{said}"'):
        wanted_threads()
