"""Submissions are found by folder and number; what cannot be graded, and what was changed, is said."""

import os
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.workshop.grading.students import by_names
from course_lib.workshop.grading.submissions import Submission, find_submissions

EDITIONS = ["01_attention_heads", "02_encoder_layer"]


def code(text, folder):
    path = folder / "01_x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(text)]), path)
    return path


def find(folder):
    """The submissions in a folder."""
    return find_submissions(folder, EDITIONS, folder.parent / "unpacked", by_names({}))


def touch(root, *names):
    """Empty files, one second apart."""
    for second, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (second, second))


def test_a_notebook_belongs_to_the_exercises_with_its_number(tmp_path):
    touch(tmp_path, "ana/01_attention_heads.ipynb", "bo/late/02 copy.ipynb", "bo/notes.ipynb", "ana/.hidden/01.ipynb")
    found = find(tmp_path)
    assert [(each.student, each.edition) for each in found] == [("ana", EDITIONS[0]), ("bo", None), ("bo", EDITIONS[1])]
    assert found[0].path == tmp_path / "ana/01_attention_heads.ipynb"
    assert found[0].older == ()  # what is hidden, such as Jupyter's checkpoints, is no submission


def test_a_notebook_with_another_name_belongs_to_the_exercises_that_it_checks(tmp_path):
    (tmp_path / "ana").mkdir()
    for check in ('check("02.3", x)', "check('02.3', x)"):
        code(check, tmp_path / "ana").rename(tmp_path / "ana" / "my exercises.ipynb")
        assert [each.edition for each in find(tmp_path)] == [EDITIONS[1]]


def test_of_several_notebooks_for_one_sheet_the_newest_comes_first(tmp_path):
    touch(
        tmp_path, "ana/01_x (1).ipynb", "ana/01_x (2).ipynb", "ana/old/01_y.ipynb", "ana/01_x.ipynb", "ana/02_x.ipynb"
    )
    first, second = find(tmp_path)
    assert (first.path.name, second.path.name) == ("01_x.ipynb", "02_x.ipynb")
    assert [path.name for path in first.older] == ["01_y.ipynb", "01_x (2).ipynb", "01_x (1).ipynb"]
    assert second.older == ()


def test_downloads_of_learning_platforms_are_sorted_by_student(tmp_path):
    touch(
        tmp_path,
        "Ana Silva_47_assignsubmission_file/01_x.ipynb",
        "Ana Silva_47_assignsubmission_onlinetext/onlinetext.html",
        "Ana Silva_48_assignsubmission_file_/02_x.ipynb",
        "Bo_49_assignsubmission_onlinetext/onlinetext.html",
    )
    for name in ("dodo_LATE_11_815_01_x-1.ipynb", "dodo_11_814_01_x.ipynb", "eve_12_816_my own.ipynb"):
        code('check("01.3", x)', tmp_path).rename(tmp_path / name)
    os.utime(tmp_path / "dodo_11_814_01_x.ipynb", (1, 1))
    found = {each.student: (each.path.name, each.edition) for each in find(tmp_path)}
    assert found == {
        "Ana Silva_47": ("01_x.ipynb", EDITIONS[0]),
        "Ana Silva_48": ("02_x.ipynb", EDITIONS[1]),
        "Bo": ("Bo_49_assignsubmission_onlinetext", None),
        "dodo": ("dodo_LATE_11_815_01_x-1.ipynb", EDITIONS[0]),
        "eve": ("eve_12_816_my own.ipynb", EDITIONS[0]),
    }


def test_every_folder_and_every_stray_file_has_a_row(tmp_path):
    touch(tmp_path, "ana/01.ipynb", "bo/thesis.docx", "01_eve.ipynb", "all.zip", "__MACOSX/._01.ipynb", ".DS_Store")
    (tmp_path / "fay").mkdir()
    (tmp_path / "gil").symlink_to(tmp_path / "ana")
    (tmp_path / "hal").mkdir()
    (tmp_path / "hal" / "01.ipynb").symlink_to(tmp_path / "ana" / "01.ipynb")
    notes = {each.student: "".join(each.notes) for each in find(tmp_path)}
    assert sorted(notes) == ["01_eve.ipynb", "__MACOSX", "all.zip", "ana", "bo", "fay", "gil", "hal"]
    assert "a file beside the students' folders" in notes["01_eve.ipynb"]
    assert "a file beside the students' folders" in notes["all.zip"]
    assert notes["bo"] == "no notebook found, but thesis.docx"
    assert notes["fay"] == "no notebook found, but an empty folder"
    assert "a link, which is not followed" in notes["gil"]
    assert notes["hal"] == "no notebook found, but 01.ipynb"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_what_never_ends_is_not_read(tmp_path):
    (tmp_path / "ana").mkdir()
    os.mkfifo(tmp_path / "ana" / "my.ipynb")
    assert [each.notes for each in find(tmp_path)] == [("no notebook found, but my.ipynb",)]


@pytest.mark.parametrize(
    "name", ["José Núñez Ångström", "o'brien", "a+b", "[late]", "{x}", "*", "a\u202eb", "-r", "\n"]
)
def test_two_students_never_have_one_name_in_the_gradebook_and_it_is_a_plain_one(name, tmp_path):
    here, there = Submission(name, tmp_path), Submission(name + "+", tmp_path)
    assert here.id != there.id
    assert re.fullmatch(r"[\w .@-]+", here.id)
    assert (here.id == name) == (name in ("José Núñez Ångström", "-r"))
