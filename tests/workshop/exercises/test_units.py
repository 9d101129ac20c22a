"""Units of memory are mistaken only where an exercise asks for bytes."""

import pytest

from course_lib.workshop.exercises import Exercise
from course_lib.workshop.exercises.checking import examine
from course_lib.workshop.exercises.units import of_bytes


def kib():
    return {"cache": 640.0, "other": 5}


KIB = Exercise(id="99.1", title="KiB", points=1, truth=kib, mistakes=of_bytes(kib(), "cache"))


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        (625, "1,024 is taken for 1,000"),
        (655.36, "1,000 is taken for 1,024"),
        (640 * 1024, "this is 1,024 times too large"),
        (0.625, "this is 1,024 times too small"),
        (610.35, "2²⁰ is taken for 10⁶"),
        (596.05, "2³⁰ is taken for 10⁹"),
    ],
)
def test_a_unit_that_is_taken_for_another_is_named(given, cause):
    assert cause in examine(KIB, {"cache": given, "other": 5}).message


@pytest.mark.parametrize("given", [620, 630, 650, 600])
def test_a_number_that_is_only_near_is_no_unit(given):
    assert "taken for" not in examine(KIB, {"cache": given, "other": 5}).message


def test_a_number_that_counts_no_bytes_has_no_unit():
    plain = Exercise(id="99.2", title="Steps", points=1, truth=lambda: 5120, mistakes=[])
    assert "taken for" not in examine(plain, 5000).message
    assert "1,024" not in examine(plain, 5).message
