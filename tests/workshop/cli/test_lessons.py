"""`course run` on made-up lessons."""

import os
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.workshop.cli.lessons import find_notebook, kernel_for
from course_lib.workshop.lessons import numbered
from course_lib.workshop.present import explain
from tests.workshop.cli.conftest import course


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of three lessons: 04 works, 05 fails, 06 is no notebook; lessons 00 to 03 have none."""
    names = "none", "none", "none", "missing", "works", "fails", "broken"
    monkeypatch.setattr(
        "course_lib.workshop.lessons.LESSONS", numbered({"A part": [(name, "A title") for name in names]})
    )
    monkeypatch.setitem(find_notebook.__globals__, "NOTEBOOKS", tmp_path)
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    write(tmp_path / "04_works.ipynb", "x = 2", "print('the answer is', 21 * x)")
    write(tmp_path / "05_fails.ipynb", "print('so far')", "x['[5]']", "print('after')")
    (tmp_path / "06_broken.ipynb").write_text("<<<<<<< HEAD")
    return tmp_path


def write(path, *sources):
    cells = [new_code_cell(source, outputs=[new_output("stream", text="an old output")]) for source in sources]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# A lesson"), *cells]), path)


def test_a_lesson_is_run_on_a_copy_and_becomes_a_page(folder):
    before = (folder / "04_works.ipynb").read_bytes()
    result = course("run", "4")
    assert result.exit_code == 0, result.stderr
    page = (folder / "cache" / "pages" / "04_works.html").read_text(encoding="utf-8")
    assert "A lesson" in page
    assert "the answer is 42" in page
    assert "an old output" not in page
    assert (folder / "04_works.ipynb").read_bytes() == before


def test_a_failing_cell_is_named_and_the_page_shows_its_error(folder, tmp_path):
    result = course("run", "05", "--out", tmp_path / "page.html")
    assert result.exit_code == 1
    assert "05_fails.ipynb, code cell 2 of 3 failed: NameError: name 'x' is not defined" in result.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "so far" in page
    assert "NameError" in page
    assert "an old output" not in page


def test_an_unknown_lesson_is_answered_with_those_there_are(folder):
    result = course("run", "55")
    assert result.exit_code == 2
    assert "\n  04_works\n  05_fails" in result.stderr


def test_a_notebook_that_is_missing_is_named(folder):
    result = course("run", "3")
    assert result.exit_code == 2
    assert "03_missing.ipynb is missing" in result.stderr


def test_a_file_that_is_no_notebook_is_named(folder):
    result = course("run", "06")
    assert result.exit_code == 2
    assert "06_broken.ipynb is not a notebook" in result.stderr


def test_lessons_become_decks_of_what_they_store_and_nothing_is_run(folder, tmp_path):
    result = course("present", "04", "05", "--out", tmp_path / "slides")
    assert result.exit_code == 0, result.stderr
    for name in ("04_works", "05_fails"):
        deck = (tmp_path / "slides" / f"{name}.html").read_text(encoding="utf-8")
        assert "Reveal.initialize" in deck and "an old output" in deck


def test_the_page_that_a_lesson_names_is_written_once_beside_its_deck(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(explain, "LivePage", lambda name: SimpleNamespace(html=lambda: f"the page of {name}"))
    for name in ("04_works", "05_fails"):
        cell = new_markdown_cell("# A lesson\n\n`course explain chat` writes a page: its part “The cache”.")
        nbformat.write(new_notebook(cells=[cell]), folder / f"{name}.ipynb")
    result = course("present", "04", "05", "--out", tmp_path / "slides")
    assert result.exit_code == 0, result.stderr
    assert (tmp_path / "slides" / "live" / "chat.html").read_text(encoding="utf-8") == "the page of chat"
    assert 'data-alive="live/chat.html#The%20cache"' in (tmp_path / "slides" / "04_works.html").read_text(
        encoding="utf-8"
    )
    assert result.stdout.count("alive: ") == 1


@pytest.mark.parametrize("option", ["--watch", "--live"])
def test_one_deck_at_a_time_is_served(option, folder):
    result = course("present", "04", "05", option)
    assert result.exit_code == 2
    assert "one deck can be served at a time, got 04_works, 05_fails" in result.stderr


def test_a_deck_is_watched_or_live(folder):
    result = course("present", "04", "--watch", "--live")
    assert result.exit_code == 2
    assert "choose one of them" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="there are no sockets in files")
def test_a_kernel_takes_no_port_which_another_could_take_at_the_same_time(tmp_path):
    with kernel_for(new_notebook(), tmp_path) as client:
        assert client.km.transport == "ipc"
        sockets = client.km.ip
    assert not os.path.exists(os.path.dirname(sockets))
