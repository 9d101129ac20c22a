"""A large class with submissions of all kinds, a run that is killed in the middle, and one that goes on with it."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import cycle, islice

import psutil
import pytest

from course_lib.files import read_json
from course_lib.workshop.grading.editions import generate_release
from course_lib.workshop.notebooks import read_notebook
from tests.workshop.grading.hostile import CASES
from tests.workshop.grading.isolation import NEEDS_ISOLATION
from tests.workshop.grading.small_course import NAME, write_course

pytestmark = [
    pytest.mark.slow,
    NEEDS_ISOLATION,
]
COUNT = int(os.environ.get("COURSE_SUBMISSIONS", "60"))  # 200 take ten minutes
PATIENT = {"sleeps", "huge", "two hundred files", "half a gigabyte of output", "beside"}
KINDS = ["half", "no metadata", "José Núñez Ångström", "endless loop", "a document", "forks", "another check"]
KINDS += [name for name in CASES if name not in {*PATIENT, *KINDS}]
RUN = """
import sys
from pathlib import Path
from course_lib.workshop.grading import Limits, grade_folder

if __name__ == "__main__":
    root = Path(sys.argv[1])
    limits = Limits(seconds=5, memory=2 * 2**30, processes=60)
    for done, count, grade in grade_folder(root / "in", root / "out", limits, editions=root, seed=7):
        print(done, "of", count, grade.student, grade.points, flush=True)
"""


def started(root):
    """A run of grading in a process of its own."""
    (root / "run.py").write_text(RUN)
    return subprocess.Popen([sys.executable, root / "run.py", root], stdout=subprocess.PIPE, text=True)


def kept(root):
    """The grades that are kept: file -> when it was written."""
    return {path: path.stat().st_mtime_ns for path in (root / "out" / "grades").glob("*.json")}


def megabytes():
    """What this test and all that it started have in memory; a process may end while it is asked."""
    total = 0.0
    for each in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += each.memory_info().rss / 1e6
    return total


def test_a_large_class_is_graded_though_its_run_is_killed(tmp_path, capsys):
    release = generate_release(read_notebook(write_course(tmp_path)), NAME)
    (tmp_path / "in").mkdir()
    due = {}
    for number, name in enumerate(islice(cycle(KINDS), COUNT)):
        student = f"{number:03} {re.sub(r'[^a-z ]', '', name)}".strip()
        CASES[name].hand_in(tmp_path / "in" / student, release)
        due[student] = CASES[name].points
    begin, most = time.monotonic(), 0.0
    first = started(tmp_path)
    while len(kept(tmp_path)) < COUNT // 2:
        assert first.poll() is None
        most = max(most, megabytes())
        time.sleep(0.5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    before = {path: written for path, written in kept(tmp_path).items() if read_json(path)["digests"]}
    lines = started(tmp_path).communicate()[0].splitlines()
    minutes = (time.monotonic() - begin) / 60
    with capsys.disabled():
        print(f"\n{COUNT} submissions in {minutes:.1f} minutes, at most {most:,.0f} MB in the first half")
    assert [line.split()[0] for line in lines] == [str(number) for number in range(1, COUNT + 1)]
    after = kept(tmp_path)
    assert {path: after[path] for path in before} == before
    grades = [read_json(path)["grade"] for path in after]
    assert {grade["student"]: grade["points"] for grade in grades} == due
