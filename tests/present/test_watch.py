"""A deck that is served follows its notebook, and is served to this machine only."""

import os
import threading
import urllib.request
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest

from course_lib.errors import CourseError
from course_lib.present import watch
from course_lib.present.watch import deck_server


def build(path):
    text = path.read_text(encoding="utf-8")
    if not text:
        raise CourseError("empty.ipynb is not a notebook")
    return f"<h1>{text}</h1>"


@pytest.fixture
def served(tmp_path):
    """A notebook, and what gets the text at an address below its server's."""
    notebook = tmp_path / "lesson.ipynb"
    notebook.write_text("first", encoding="utf-8")
    with deck_server(notebook, build) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert server.server_address[0] == "127.0.0.1"
        yield notebook, lambda name: read(f"http://127.0.0.1:{server.server_port}/{name}")
        server.shutdown()


def read(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_a_page_is_made_of_the_notebook_as_it_is_now(served):
    notebook, get = served
    assert "<h1>first</h1>" in get("")
    notebook.write_text("second", encoding="utf-8")
    assert "<h1>second</h1>" in get("?print-pdf")


def test_what_is_asked_for_twice_changes_when_the_notebook_is_saved(served):
    notebook, get = served
    before = get("saved")
    assert get("saved") == before and 'fetch("saved")' in get("")
    os.utime(notebook, (1, 1))
    assert get("saved") != before


def test_a_notebook_that_cannot_be_read_is_told_and_tried_again(served):
    notebook, get = served
    notebook.write_text("", encoding="utf-8")
    assert "is not a notebook" in get("") and 'fetch("saved")' in get("")


def test_live_pages_are_served_and_nothing_else(served, monkeypatch):
    _, get = served
    monkeypatch.setattr(watch, "LivePage", lambda name: SimpleNamespace(html=lambda: f"<h1>{name}</h1>"))
    assert get("live/chat.html") == "<h1>chat</h1>"
    for path in ("lesson.ipynb", "live/../lesson.html", "live/chat.json"):
        with pytest.raises(HTTPError, match="404"):
            get(path)


def test_a_model_that_has_no_live_page_is_told(served):
    _, get = served
    with pytest.raises(HTTPError, match="404") as error:
        get("live/nobody.html")
    assert "nobody" in error.value.read().decode()
