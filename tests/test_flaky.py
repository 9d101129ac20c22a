"""A test that fails once, and passes alone, is named and makes no run red; a test that fails twice does."""

import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.runtime import REPOSITORY
from tests import flaky

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


@pytest.mark.parametrize(
    ("failed", "alone", "status"), [(2, 0, pytest.ExitCode.OK), (2, 1, pytest.ExitCode.TESTS_FAILED), (11, 0, None)]
)
def test_a_run_is_green_only_if_few_tests_failed_and_all_pass_alone(failed, alone, status, monkeypatch):
    again = []
    run_alone = lambda command, cwd: again.append(command) or SimpleNamespace(returncode=alone)  # noqa: E731
    monkeypatch.setattr(flaky, "subprocess", SimpleNamespace(run=run_alone))
    failures, names = flaky.Failures(), [f"test_it.py::test_{number}" for number in range(failed)]
    session = SimpleNamespace(exitstatus=pytest.ExitCode.TESTS_FAILED, config=SimpleNamespace(rootpath="."))
    for name in names:
        failures.pytest_runtest_logreport(SimpleNamespace(failed=True, nodeid=name))
    failures.pytest_sessionfinish(session, session.exitstatus)
    assert session.exitstatus == (pytest.ExitCode.TESTS_FAILED if status is None else status)
    assert [command[-failed:] for command in again] == ([names] if status is not None else [])
    assert failures.flaky == (names if status == pytest.ExitCode.OK else [])
