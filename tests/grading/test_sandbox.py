"""Inside the sandbox a notebook has what it needs, and not what it could do harm with."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.exercises.checking import SEED
from course_lib.exercises.results import error_of
from course_lib.grading.sandbox import Limits, isolation, run_sandboxed


def run(*sources, **limits):
    """The code cells of a notebook after its run."""
    return run_sandboxed(new_notebook(cells=list(map(new_code_cell, sources))), Limits(**limits), seed=7).cells


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_notebook_knows_the_seed_and_no_secret_and_works_in_a_scratch_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("MY_TOKEN", "secret")
    look = f"import os\nprint(os.environ['{SEED}'], os.environ.get('MY_TOKEN'), os.environ['HOME'] == os.getcwd())"
    cell, error, after = run(look, "1 / 0", "print('goes on')")
    assert printed(cell).split() == ["7", "None", "True"]
    assert error_of(error) == "ZeroDivisionError: division by zero"
    assert printed(after) == "goes on\n"
    assert not {"done", "stopped"} & {*cell.metadata, *error.metadata}


@pytest.mark.skipif(not isolation(), reason="this system cannot take the network away")
def test_there_is_no_network():
    (cell,) = run("import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=9)")
    assert "unreachable" in error_of(cell)


@pytest.mark.slow
def test_what_sleeps_is_ended_by_the_clock_and_keeps_what_it_had():
    first, second, third = run("print('done')", "import time\ntime.sleep(10_000)", "print('never')", patience=20)
    assert printed(first) == "done\n"
    assert error_of(second) == "Stopped: did not end within 20 seconds"
    assert error_of(third) == "NotRun: an earlier cell stopped the notebook"
