"""nbgrader's gradebook for small sheets, made once: it takes seconds."""

import shutil

import pytest

from tests.workshop.grading import pretend


@pytest.fixture(scope="session")
def empty_gradebook(tmp_path_factory):
    """The path of a gradebook with small sheets, in which nobody has points."""
    out = tmp_path_factory.mktemp("gradebook")
    pretend.write_gradebook(out)
    return out / "gradebook.db"


@pytest.fixture
def gradebook(empty_gradebook):
    """A function that puts an empty gradebook into the folder of a run."""
    return lambda out: shutil.copyfile(empty_gradebook, out / "gradebook.db")
