"""Whatever editor or system wrote a notebook, it is read; where it can't be, the student learns what to do."""

import json
import re
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_lib.errors import CourseError
from course_lib.workshop.grading import archives, reading
from course_lib.workshop.grading.archives import unpack
from course_lib.workshop.grading.reading import read_submission

SOURCE = 'x = "ä → 😀"\n'


def text(source=SOURCE):
    """A notebook with one cell."""
    return nbformat.writes(new_notebook(cells=[new_code_cell(source)]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_notebook_is_read_in_each_encoding_of_unicode(encoding, end, tmp_path):
    (tmp_path / "x.ipynb").write_bytes(text().replace("\n", end).encode(encoding))
    notebook, notes = read_submission(tmp_path / "x.ipynb")
    assert notebook.cells[0].source == SOURCE
    assert notes == []
    assert "cells" in reading.text_of(tmp_path / "x.ipynb")


def test_half_characters_become_question_marks_and_cost_nothing_else(tmp_path):
    cell = new_code_cell("a = 'X'", outputs=[new_output("stream", text="X and 😀")])
    content = json.dumps(new_notebook(cells=[cell])).replace("X", "\\ud800")
    (tmp_path / "x.ipynb").write_text(content)
    notebook, notes = read_submission(tmp_path / "x.ipynb")
    assert (notebook.cells[0].source, notebook.cells[0].outputs[0].text) == ("a = '?'", "? and 😀")
    assert notes == ["half characters (single surrogates) in it were replaced by ?"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "not json", '{"cells": 7, "nbformat": 4}', '{"nbformat": 99}', "\0", "[" * 100_000]
)
def test_what_is_no_notebook_is_said_to_be_none(content, tmp_path):
    (tmp_path / "01.ipynb").write_text(content)
    with pytest.raises(CourseError, match="not a notebook: ."):
        read_submission(tmp_path / "01.ipynb")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (text().replace(' "cells"', '<<<<<<< HEAD\n "cells"\n=======\n>>>>>>> b').encode(), "keep one version"),
        (text().encode("latin-1", "replace").replace(b"?", b"\xe4"), "save the notebook with Jupyter, as UTF-8"),
        (b"%PDF-1.7", "hand in the .ipynb that Jupyter saves"),
    ],
)
def test_what_cant_be_read_says_what_to_do(content, what, tmp_path):
    (tmp_path / "x.ipynb").write_bytes(content)
    with pytest.raises(CourseError, match=re.escape(what)):
        read_submission(tmp_path / "x.ipynb")


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    (tmp_path / "x.ipynb").write_text(text("x = 1" * 50))
    with pytest.raises(CourseError, match="not read: the file has .* clear its outputs"):
        read_submission(tmp_path / "x.ipynb")


def packed(path, **members):
    """A zip file; "/" in the names of members is "__" here."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 3, 12, 0, 0)), content)
    return path


def test_the_notebooks_of_a_zip_file_are_unpacked_and_none_leads_elsewhere(tmp_path):
    names = ["01_x.ipynb", "a/01_x.ipynb", "../../01_up.ipynb", "/etc/01_root.ipynb", "c:\\01_disk.ipynb"]
    hidden = ["__MACOSX/._01_x.ipynb", ".ipynb_checkpoints/01_x.ipynb", "thesis.pdf", "more.zip"]
    archive = packed(tmp_path / "x.zip", **dict.fromkeys(names + hidden, text()))
    paths, notes = unpack(archive, tmp_path / "out")
    assert notes == []
    assert [path.name for path in paths] == [
        "01_x.ipynb", "01_x.ipynb", "01_up.ipynb", "01_root.ipynb", "01_disk.ipynb",
    ]  # fmt: skip
    assert {path.parents[1] for path in paths} == {tmp_path / "out"}
    assert {path.name for path in tmp_path.iterdir()} == {"x.zip", "out"}
    assert paths[0].stat().st_mtime > 1_700_000_000
    assert unpack(archive, tmp_path / "out") == (paths, [])


def test_a_link_in_a_zip_file_is_not_followed(tmp_path):
    link = zipfile.ZipInfo("01_x.ipynb")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert unpack(tmp_path / "x.zip", tmp_path / "out") == ([], ["x.zip has no notebook in it"])


def test_a_zip_file_that_is_large_or_broken_takes_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    bomb = packed(tmp_path / "bomb.zip", **{"01_x.ipynb": b"0" * 10**7})
    ((path,), _) = unpack(bomb, tmp_path / "out")
    assert path.stat().st_size == 1001
    many = packed(tmp_path / "many.zip", **{f"01_{number}.ipynb": "" for number in range(30)})
    assert unpack(many, tmp_path / "out")[1] == ["many.zip has 30 notebooks; only 20 were unpacked"]
    (tmp_path / "cut.zip").write_bytes(bomb.read_bytes()[:50])
    assert "cut.zip can't be unpacked" in unpack(tmp_path / "cut.zip", tmp_path / "out")[1][0]
    monkeypatch.setattr(archives, "MOST_PACKED", 10)
    assert "was not unpacked: it has more than" in unpack(bomb, tmp_path / "out")[1][0]
