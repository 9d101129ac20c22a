"""A test that fails once, and passes alone, is named and makes no run red; a test that fails twice does."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.runtime import REPOSITORY

FAILS_ONCE = """
from pathlib import Path
def test_once():
    met = Path("met").exists()
    Path("met").touch()
    assert met
def test_always(): pass
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    (tmp_path / "pytest.ini").touch()

    def run(text, *arguments):
        (tmp_path / "test_it.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-p", "tests.flaky", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run


def test_tests_and_notebooks_that_pass_alone_are_named_as_flaky_and_the_run_is_green(run, tmp_path):
    cells = ["from pathlib import Path\nmet = Path('met-here').exists()", "Path('met-here').touch()\nassert met"]
    cells = [new_code_cell(code, execution_count=number) for number, code in enumerate(cells, 1)]
    nbformat.write(new_notebook(cells=cells), tmp_path / "it.ipynb")
    done = run(FAILS_ONCE, "-n", "2", "--nbval", "--nbval-current-env")
    assert done.returncode == 0, done.stdout
    named = [line for line in done.stdout.splitlines() if line.startswith("flaky: ")]
    assert sorted(named) == ["flaky: it.ipynb", "flaky: test_it.py::test_once"]


def test_a_test_that_fails_twice_makes_the_run_red(run):
    done = run(FAILS_ONCE + "def test_broken(): assert False")
    assert done.returncode == 1
    assert "flaky:" not in done.stdout


def test_a_run_in_which_many_tests_fail_is_red_at_once(run):
    done = run("import pytest\n@pytest.mark.parametrize('n', range(11))\ndef test_it(n): assert False")
    assert done.returncode == 1
    assert "Once more" not in done.stdout
