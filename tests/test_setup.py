"""`.ci/setup` on machines that lack something: it stops before it installs, and says what to do."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.notebooks.lesson import REPOSITORY

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no make; the README gives the commands")

SUPPORTED = f"{sys.version_info.major}.{sys.version_info.minor}"
TOOLS = ("sh", "dirname", "cat", "cksum", "awk", "grep", "rm", "touch")


@pytest.fixture
def machine(tmp_path):
    """A folder with the course's set-up files and a `bin` of a few tools, with a roomy disk and no Python."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "setup", tmp_path / ".ci")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    add_disk(tmp_path, free_gb=500)
    return tmp_path


def add_program(machine, path, script):
    program = machine / path
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def add_disk(machine, free_gb):
    add_program(machine, "bin/df", f"echo Filesystem Blocks Used Available; echo disk 0 0 {free_gb * 1024**2}")


def add_python(machine, version=SUPPORTED, path="bin/python3", rest=":"):
    """Install a Python that knows its version; the shell script `rest` says what else it does."""
    add_program(machine, path, f'case "$2" in *version_info*) echo {version}; exit;; esac\n{rest}')


def setup(machine, **environment):
    """Run the set-up: its exit status and everything that it said."""
    run = subprocess.run(
        [machine / ".ci" / "setup"],
        env={"PATH": str(machine / "bin"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


@pytest.mark.parametrize("version", ["2.7", "3.10", "3.14"])
def test_a_python_too_old_or_too_new_is_named(machine, version):
    add_python(machine, version)
    status, said = setup(machine)
    assert status == 1
    assert f"found: python3 (Python {version})" in said


def test_a_machine_without_python_is_told_which_to_install(machine):
    status, said = setup(machine)
    assert status == 1
    assert "needs Python 3.11, 3.12 or 3.13, and found: none" in said


def test_a_python_that_is_named_is_the_only_one_tried(machine):
    add_python(machine)
    add_python(machine, "3.9", path="bin/other")
    status, said = setup(machine, PYTHON="other")
    assert status == 1
    assert "found: other (Python 3.9)" in said


def test_a_python_without_venv_is_told_the_package_of_debian(machine):
    add_python(machine, rest='case "$2" in *ensurepip*) exit 1;; esac')
    status, said = setup(machine)
    assert status == 1
    assert f"apt install python{SUPPORTED}-venv" in said


def test_a_full_disk_is_named_before_anything_is_installed(machine):
    add_python(machine)
    add_disk(machine, free_gb=2)
    status, said = setup(machine)
    assert status == 1
    assert "has 2 GB left; at least 3 GB are needed" in said
    assert not (machine / ".venv").exists()


def test_the_environment_of_another_folder_is_left_alone(machine, tmp_path_factory):
    add_python(machine)
    (machine / ".venv").symlink_to(tmp_path_factory.mktemp("other"))
    status, said = setup(machine)
    assert status == 1
    assert ".venv is a link" in said


def add_environment(machine, pip):
    """Put a .venv in place whose pip runs the shell script `pip`, where "$4" is the log it is asked for."""
    rest = f'case "$3" in install) shift; {pip};; esac'
    add_python(machine, path=".venv/bin/python", rest=rest)


@pytest.mark.parametrize(
    ("pip_says", "advice"),
    [
        ("OSError: No space left on device", "the disk is full"),
        ("Failed to establish a new Connection", "no package registry answers"),
        ("No matching distribution found for torch", "no package registry answers"),
        ("error: something new", ".venv/pip.log has all of it"),
    ],
)
def test_a_failed_installation_is_explained_and_done_again(machine, pip_says, advice):
    add_environment(machine, pip=f'echo "{pip_says}" >"$4"; exit 1')
    for _ in range(2):
        status, said = setup(machine)
        assert status == 1
        assert advice in said


def test_an_installation_is_done_once_and_again_when_pyproject_changes(machine):
    add_environment(machine, pip="echo installed")
    assert "installed" in setup(machine)[1]
    assert setup(machine) == (0, "")
    with open(machine / "pyproject.toml", "a") as file:
        file.write("# one more dependency\n")
    assert "installed" in setup(machine)[1]
