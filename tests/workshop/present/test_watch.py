"""A deck that is served follows its notebook, and is served to this machine only."""

import contextlib
import os
import threading
import urllib.request
from functools import partial
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.present import watch
from course_lib.workshop.present.watch import deck_server


def build(path):
    text = path.read_text(encoding="utf-8")
    if text.startswith("<"):
        raise CourseError(f"{text} is not a notebook")
    return f"<h1>{text}</h1>"


@pytest.fixture
def served(tmp_path):
    """A notebook, and what gets the text at an address below its server's."""
    notebook = tmp_path / "lesson.ipynb"
    notebook.write_text("first", encoding="utf-8")
    with deck_server(notebook, build) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert server.server_address[0] == "127.0.0.1"
        yield notebook, partial(read, server.server_port)
        server.shutdown()


def read(port, name, **headers):
    headers = {key: value.format(port=port) for key, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/{name}", headers=headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read().decode()


def test_a_page_is_made_of_the_notebook_as_it_is_now(served):
    notebook, get = served
    assert "<h1>first</h1>" in get("")
    notebook.write_text("second", encoding="utf-8")
    assert "<h1>second</h1>" in get("?print-pdf")


def test_a_page_is_for_this_machine_under_its_own_names(served):
    _, get = served
    for own in ({}, {"Host": "localhost:{port}"}, {"Origin": "http://127.0.0.1:{port}"}):
        assert "<h1>first</h1>" in get("", **own)
    others = ({"Host": "another.example:{port}"}, {"Host": "localhost"}, {"Origin": "http://another.example"})
    for other in others:
        for path in ("", "saved", "live/chat.html"):
            with pytest.raises(HTTPError, match="403"):
                get(path, **other)


def test_what_is_asked_for_twice_changes_when_the_notebook_is_saved(served):
    notebook, get = served
    before = get("saved")
    assert get("saved") == before and before in get("")
    os.utime(notebook, (1, 1))
    assert get("saved") != before


def test_a_notebook_that_cannot_be_read_is_told_as_text_and_tried_again(served):
    notebook, get = served
    notebook.write_text("<b>", encoding="utf-8")
    assert "&lt;b&gt; is not a notebook" in get("") and 'fetch("saved")' in get("")


def test_while_the_notebook_is_being_replaced_nothing_is_said_about_it(served):
    notebook, get = served
    notebook.rename(notebook.with_suffix(".new"))
    assert get("saved") == ""


@pytest.fixture
def watched(served, chromium):
    """A notebook, and its page in a browser, which may lose its server."""
    notebook, get = served
    with contextlib.closing(chromium.new_context()) as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{get.args[0]}/")
        yield notebook, page


def test_a_page_is_loaded_again_when_the_notebook_is_saved_even_after_it_was_gone(watched):
    notebook, page = watched
    page.context.set_offline(True)
    page.wait_for_event("requestfailed")
    page.context.set_offline(False)
    notebook.rename(notebook.with_suffix(".new"))
    for _ in range(2):  # the second was certainly asked after the notebook had gone
        page.wait_for_event("response")
    assert page.locator("h1").inner_text() == "first"
    notebook.write_text("second", encoding="utf-8")
    page.locator("h1").filter(has_text="second").wait_for()


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
