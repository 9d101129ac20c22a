"""Files are whole or not there: whatever happens while one is written, what was there before survives."""

import hashlib
import os
import platform
import signal
import subprocess
import sys
import threading

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import atomic_file, check_numbers, read_json, read_tensors, sha256, write_json, write_tensors
from tests.disks import each_full_disk

WRITER = """
import sys
from course_lib.files import atomic_file
for _ in range(60):
    with atomic_file(sys.argv[1]) as draft:
        draft.write_bytes(int(sys.argv[2]) * b"a")
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new folder" / "file"


def write(path, content):
    with atomic_file(path) as draft:
        draft.write_bytes(content)


def test_a_file_takes_the_place_of_the_one_before(path):
    write(path, b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_nobody_sees_a_half_written_file(path):
    write(path, b"old")
    with atomic_file(path) as draft:
        draft.write_bytes(b"half")
        assert path.read_bytes() == b"old"
        draft.write_bytes(b"whole")
    assert path.read_bytes() == b"whole"


def test_a_failure_while_writing_leaves_the_file_before_and_no_draft(path):
    write(path, b"old")
    with pytest.raises(KeyError), atomic_file(path) as draft:
        draft.write_bytes(b"half")
        raise KeyError
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


@each_full_disk
def test_a_full_disk_leaves_the_file_before_and_no_draft(full_disk, path):
    write(path, b"old")
    with full_disk(), pytest.raises(CourseError, match=r"could not save .*file: .*the previous version is unchanged"):
        write(path, 1000 * b"new")
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


@each_full_disk
def test_a_full_disk_leaves_no_half_of_a_first_file(full_disk, path):
    with full_disk(), pytest.raises(CourseError, match="could not save"):
        write(path, 1000 * b"new")
    assert list(path.parent.iterdir()) == []


def test_a_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(CourseError, match=r"could not save .*folder"):
        write(tmp_path / "folder" / "file", b"new")


def test_json_comes_back_and_stays_readable(path):
    content = {"pt": "não é", "numbers": [1, 2.5, None, True]}
    write_json(path, content)
    assert read_json(path) == content
    text = path.read_text(encoding="utf-8")
    assert "não é" in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("content", [b"", b"{", b"{'a': 1}", 20_000 * b"["])
def test_what_is_not_json_is_named(content, tmp_path):
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(CourseError, match=r"file\.json is not valid JSON"):
        read_json(tmp_path / "file.json")


def test_json_in_another_encoding_is_named(tmp_path):
    (tmp_path / "file.json").write_bytes(b"\xff\xfe")
    with pytest.raises(CourseError, match=r"file\.json is not UTF-8 text"):
        read_json(tmp_path / "file.json")


@pytest.mark.parametrize("read", [read_json, read_tensors])
def test_a_missing_file_is_named(read, tmp_path):
    with pytest.raises(CourseError, match="nothing is missing"):
        read(tmp_path / "nothing")


def test_tensors_and_metadata_come_back_whatever_their_layout_and_type(path):
    tensors = {
        "plain": torch.randn(2, 3),
        "transposed": torch.randn(2, 3).T,
        "slice": torch.randn(5, 7)[1:3, ::2],
        "ids": torch.arange(5),
        "half": torch.randn(3).bfloat16(),
        "parameter": torch.nn.Parameter(torch.randn(2)),
        "number": torch.tensor(3.0),
        "empty": torch.zeros(0, 3),
    }
    write_tensors(path, tensors, {"made by": "a test"})
    loaded, metadata = read_tensors(path)
    assert metadata == {"made by": "a test"}
    assert loaded.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype
        assert torch.equal(loaded[name], tensor)


def test_without_metadata_there_is_an_empty_dict(path):
    write_tensors(path, {"one": torch.ones(1)})
    assert read_tensors(path)[1] == {}


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:9], lambda data: b"", lambda data: b"pickle?" * 9]
)
def test_a_file_that_is_cut_short_or_something_else_is_named_with_its_size(damage, path):
    write_tensors(path, {"one": torch.ones(7)})
    data = damage(path.read_bytes())
    path.write_bytes(data)
    with pytest.raises(CourseError, match=rf"file \({len(data)} bytes\) is damaged or not a safetensors file"):
        read_tensors(path)


def test_the_digest_is_that_of_the_bytes(path):
    write(path, b"abc")
    assert sha256(path) == hashlib.sha256(b"abc").hexdigest()


def test_of_two_writers_at_the_same_time_each_writes_a_whole_file(path):
    write(path, b"a")
    sizes = 1_000_003, 2_000_003
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, str(size)]) for size in sizes]
    while any(writer.poll() is None for writer in writers):
        assert len(path.read_bytes()) in (1, *sizes)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert list(path.parent.iterdir()) == [path]


def test_threads_have_drafts_of_their_own(path):
    with atomic_file(path) as draft:
        draft.write_bytes(b"mine")
        other = threading.Thread(target=write, args=(path, b"other"))
        other.start()
        other.join()
        assert path.read_bytes() == b"other"
    assert path.read_bytes() == b"mine"


def test_a_draft_that_can_not_be_removed_stops_no_save(path):
    write(path, b"old")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    draft = path.parent / f".{path.name}.{platform.node()}-{ended.pid}-1.draft"
    draft.mkdir()  # as one of another user in a sticky folder
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert draft.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_save_clears_what_a_killed_writer_left_behind_and_no_draft_of_a_living_one(path):
    waiting = WRITER.replace("draft.write", "print(flush=True), input(), draft.write")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    write(path, b"old")
    with subprocess.Popen([sys.executable, "-c", waiting, path, "3"], **pipes) as writer:
        writer.stdout.read(1)
        draft = path.parent / f".{path.name}.{os.uname().nodename}-{writer.pid}-1.draft"
        draft.write_bytes(b"half")
        write(path, b"new")
        assert draft.exists()
        writer.send_signal(signal.SIGKILL)
    write(path, b"newer")
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("read", [read_json, read_tensors])
def test_a_folder_in_place_of_a_file_is_named(read, tmp_path):
    with pytest.raises(CourseError, match=str(tmp_path)):
        read(tmp_path)


def test_json_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "file.json").write_text('{"pt": "não"}', encoding="utf-8-sig")
    assert read_json(tmp_path / "file.json") == {"pt": "não"}


@pytest.mark.parametrize("bad", [torch.nan, torch.inf])
def test_numbers_that_no_model_computes_with_are_named(bad):
    check_numbers("x", torch.ones(7).half())
    with pytest.raises(CourseError, match="x contains NaN or infinity"):
        check_numbers("x", torch.tensor([1.0, bad]))
    with pytest.raises(CourseError, match="x must be stored as one of float32, .* got int8"):
        check_numbers("x", torch.ones(7, dtype=torch.int8))


def test_a_message_that_names_a_whole_book_is_cut():
    message = str(CourseError(f"the beginning {10_000 * 'x'} the end"))
    assert message.startswith("the beginning xxx")
    assert message.endswith("xxx the end")
    assert len(message) < 1000
