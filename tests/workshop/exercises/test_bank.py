"""The bank of answers: right ones are accepted, wrong ones are refused, and most of them hear why they are wrong."""

import contextlib
import json
import linecache
import re
from collections import Counter
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest

from course_lib.runtime import REPOSITORY
from course_lib.workshop.exercises.checking import WRITES, examine
from course_lib.workshop.exercises.exercise import find_exercise
from course_lib.workshop.exercises.results import exercise_of, is_check
from course_lib.workshop.remote import quietly
from tests.workshop.exercises.test_answers import LESSONS

BANK = Path(__file__).with_name("bank")
RELEASE = REPOSITORY / "notebooks" / "exercises" / "release"
LEAST_NAMED = {"slip": 0.92, "odd": 0.86}  # of the wrong answers, how many must hear a cause
NO_CAUSE = re.compile(r"(.*: )?yours (is|has) .*", re.DOTALL)

pytestmark = pytest.mark.slow


@cache
def names_before(exercise_id):
    """The names that the cells of a sheet define above an exercise, without its answers and checks."""
    (path,) = RELEASE.glob(f"{exercise_id[:2]}_*/*.ipynb")
    names = {"__name__": "__main__"}
    with contextlib.chdir(path.parent), quietly():
        for cell in nbformat.read(path, as_version=4).cells:
            if exercise_of(cell) == exercise_id:
                plt.close("all")
                return names
            if cell.cell_type == "code" and not is_check(cell) and not exercise_of(cell):
                with contextlib.suppress(Exception):  # it may use an answer
                    exec(compile(cell.source, "<sheet>", "exec"), names)
    raise AssertionError(f"{path} has no {exercise_id}")


def verdict_on(entry, number):
    """The verdict on an answer of the bank."""
    names, file, code = dict(names_before(entry["exercise"])), f"<answer {number}>", "\n".join(entry["code"])
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    with quietly():
        exec(compile(code, file, "exec"), names)
        answer = eval(entry["given"], names)
        return examine(find_exercise(entry["exercise"]), answer)


def names_a_cause(message):
    """Whether a message says more than what is given and what is true."""
    first, *lines = (line.strip() for line in message.splitlines() if not line.strip().startswith("this case:"))
    told = lines or [first]
    is_difference = NO_CAUSE.fullmatch(told[0]) and "has the shape" not in told[0] and "expected" not in told[0]
    return len(told) > 1 or not is_difference


def test_right_answers_are_accepted_and_wrong_ones_refused_with_a_cause():
    counts, accepted, named = Counter(), [], Counter()
    for lesson in LESSONS:
        for number, entry in enumerate(json.loads((BANK / f"{lesson}.json").read_text(encoding="utf-8"))):
            verdict = verdict_on(entry, f"{lesson} {number}")
            kind, which = entry["kind"], f"{entry['exercise']} {entry['note']}"
            is_right = verdict.points == find_exercise(entry["exercise"]).points
            assert is_right or kind != "right", f"{which}: {verdict.message}"
            counts[kind] += 1
            if is_right and WRITES.partition("{}")[0] not in verdict.message and kind != "right":
                accepted.append(which)
            elif names_a_cause(verdict.message):
                named[kind] += 1
    shares = {kind: named[kind] / counts[kind] for kind in LEAST_NAMED}
    assert len(accepted) <= 0.01 * (counts["slip"] + counts["odd"]), accepted
    assert all(shares[kind] >= least for kind, least in LEAST_NAMED.items()), shares
