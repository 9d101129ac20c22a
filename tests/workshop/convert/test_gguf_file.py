"""A GGUF file that is cut, damaged or absurd is refused in a sentence, at once, and without much memory."""

import struct
import tracemalloc

import gguf
import numpy as np
import pytest
from gguf import GGUFValueType as Type

from course_lib.errors import CourseError
from course_lib.workshop.convert import gguf_file, open_checkpoint
from course_lib.workshop.convert.gguf_file import GgufFile, UnpackedTensors
from tests.workshop.convert.gguf_files import twin, written

HUGE = 2**62


def text(word):
    """A text as the format has it: its length, and its letters."""
    return struct.pack("<Q", len(word)) + word.encode()


def setting(key, kind, value):
    """A setting: key, type and bytes."""
    return text(key) + struct.pack("<I", kind) + value


def tensor(name="w", shape=(2, 3), kind=0, offset=0):
    """What the header says of a tensor."""
    return text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def file(*parts, settings=None, tensors=0, magic=b"GGUF", version=3, numbers=b""):
    """A whole file."""
    count = len(parts) - tensors if settings is None else settings
    header = magic + struct.pack("<IQQ", version, tensors, count) + b"".join(parts)
    return header + bytes(-len(header) % 32) + numbers


def nested(depth):
    """An array in an array in an array ..."""
    return struct.pack("<IQ", Type.ARRAY, 1) * depth + struct.pack("<IQ", Type.UINT8, 0)


NUMBERS = bytes(24)
BROKEN = {
    "empty": b"",
    "three bytes": b"GGU",
    "other magic": file(magic=b"GGML"),
    "a text": b"This is a model, believe me. " * 9,
    "version 1": file(version=1),
    "version 0": file(version=0),
    "other byte order": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "settings that are not there": file(settings=HUGE),
    "tensors that are not there": file(settings=0, tensors=HUGE),
    "a key without end": file(struct.pack("<Q", HUGE) + b"key", settings=1),
    "a text without end": file(setting("a", Type.STRING, struct.pack("<Q", HUGE))),
    "a text that is longer than Python's": file(setting("a", Type.STRING, struct.pack("<Q", 2**64 - 1))),
    "a list without end": file(setting("a", Type.ARRAY, struct.pack("<IQ", Type.UINT8, HUGE))),
    "lists in lists": file(setting("a", Type.ARRAY, nested(5000))),
    "an unknown type": file(setting("a", 77, b"")),
    "a key twice": file(*[setting("a", Type.UINT8, b"\0")] * 2),
    "a key that is no UTF-8": file(struct.pack("<Q", 1) + b"\xff" + struct.pack("<IB", Type.UINT8, 0), settings=1),
    "a text that is no UTF-8": file(setting("a", Type.STRING, struct.pack("<Q", 1) + b"\xff")),
    "an alignment of 0": file(setting("general.alignment", Type.UINT32, struct.pack("<I", 0))),
    "an unknown quantisation": file(tensor(kind=999), tensors=1, numbers=NUMBERS),
    "a tensor behind the end": file(tensor(offset=HUGE), tensors=1, numbers=NUMBERS),
    "a tensor far behind the end": file(tensor(offset=2**64 - 1), tensors=1, numbers=NUMBERS),
    "a tensor that is cut": file(tensor(), tensors=1, numbers=NUMBERS[:-1]),
    "a huge tensor": file(tensor(shape=(2**31, 2**31)), tensors=1, numbers=NUMBERS),
    "more numbers than can be counted": file(tensor(shape=(2**32, 2**32, 6)), tensors=1, numbers=NUMBERS),
    "more axes than there can be": file(tensor(shape=(1,) * 100), tensors=1, numbers=NUMBERS),
    "axes that are not there": file(text("w") + struct.pack("<I", 2**32 - 1), settings=0, tensors=1),
    "no numbers": file(tensor(shape=(2, 0)), tensors=1, numbers=NUMBERS),
    "a row that is no whole block": file(tensor(shape=(2, 3), kind=2), tensors=1, numbers=NUMBERS),
    "a tensor twice": file(tensor(), tensor(), tensors=2, numbers=NUMBERS),
    "tensors that overlap": file(tensor(), tensor("v", offset=4), tensors=2, numbers=NUMBERS * 2),
    "tensors in one place": file(tensor(), tensor("v"), tensors=2, numbers=NUMBERS),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_by_name_and_without_much_memory(content, tmp_path):
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(CourseError, match="broken.gguf"):
            GgufFile(path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_a_file_that_is_whole_is_read(tmp_path):
    """The one that the broken ones are made of."""
    (tmp_path / "it.gguf").write_bytes(file(setting("a", Type.UINT8, b"\7"), tensor(), tensors=1, numbers=NUMBERS))
    whole = GgufFile(tmp_path / "it.gguf")
    assert whole.settings["a"] == 7
    assert UnpackedTensors(whole)["w"].shape == (3, 2)


def test_a_model_that_is_cut_anywhere_is_refused(tmp_path):
    path = written(tmp_path / "it.gguf", "llama", twin("llama"))
    content = path.read_bytes()
    for length in np.linspace(0, len(content) - 33, 41, dtype=int):  # at the end there is padding
        path.write_bytes(content[:length])
        with pytest.raises(CourseError, match=f"it.gguf \\({length:,} bytes\\) is damaged or not GGUF"):
            open_checkpoint(path)


def test_a_header_has_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(gguf_file, "MOST_READS", 1000)
    writer = gguf.GGUFWriter(tmp_path / "it.gguf", "llama")
    writer.add_array("a", [0] * 1000)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    with pytest.raises(CourseError, match="its header has more than 1,000 parts"):
        GgufFile(tmp_path / "it.gguf")


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "none.gguf", tmp_path):
        with pytest.raises(CourseError, match="is missing"):
            GgufFile(path)
