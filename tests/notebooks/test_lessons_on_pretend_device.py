"""Each lesson that computes with a model runs on another device than the CPU, with the one setting for it."""

import re
import subprocess
import sys

import pytest

from tests.notebooks.lesson import LESSON_FILES, REPOSITORY, lesson_at
from tests.pretend_device import UNAVAILABLE

USES_A_MODEL = re.compile(r"\b(Trainer|load_model|generate|complete|translate)\(")


def code(path):
    return "\n".join(cell.source for cell in lesson_at(path).code)


@pytest.mark.slow
@pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
@pytest.mark.parametrize(
    "path", [path for path in LESSON_FILES if USES_A_MODEL.search(code(path))], ids=lambda p: p.stem
)
def test_the_code_of_a_lesson_runs_on_the_pretend_device(path):
    command = [sys.executable, "-W", "ignore", "-m", "tests.notebooks.pretend_lesson", path]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    "path", [path for path in LESSON_FILES if "Trainer(" in code(path)], ids=lambda path: path.stem
)
def test_a_lesson_that_trains_asks_once_where(path):
    assert code(path).count("device = lesson_device()") == 1
