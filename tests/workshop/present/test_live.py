"""A deck whose code runs: only for who has the token, only on its own page, and as long as the command runs."""

import os
import signal
import socket
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.lesson import LESSON_FILES
from tests.workshop.present.accessibility import barriers
from tests.workshop.present.live_deck import SOCKET, LiveCode, Served

OTHER = "http://another.example"
CELLS = [
    new_markdown_cell("# 01 · A lesson\n\nA claim."),
    new_markdown_cell("## Setup"),
    new_code_cell("import os\nx = 20"),
    new_markdown_cell("## A run"),
    new_code_cell("y = 2\nprint(x + y)", outputs=[new_output("stream", text="22\n")]),
]


def written(folder):
    nbformat.write(new_notebook(cells=CELLS), folder / "lesson.ipynb")
    return folder / "lesson.ipynb"


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    deck = Served(written(tmp_path_factory.mktemp("live")))
    yield deck
    assert_kernel_ends(deck, signal.SIGTERM)


def assert_kernel_ends(deck, kind):
    (kernel,) = psutil.Process(deck.process.pid).children()
    assert "ipykernel_launcher" in kernel.cmdline()
    deck.end(kind)
    kernel.wait(timeout=120)


@pytest.fixture
def live(deck, served):
    """The slide's cell, opened."""
    served.goto(deck.address)
    served.wait_for_selector("body[data-ready]", state="attached")
    served.evaluate("Reveal.slide(1, 0)")
    served.keyboard.press("r")
    live = LiveCode(served)
    live.wait_for("Ready.")
    yield live
    assert served.complaints == []


def test_who_asks_has_the_token_and_asks_from_no_other_page(deck):
    with_token = f"?token={deck.token}"
    for path in ("/", "/live/nobody.html"):
        assert deck.ask(path)[0] == 403, path
        assert deck.ask(f"{path}?token=guessed")[0] == 403, path
        assert deck.ask(path + with_token)[0] in (302, 404), (
            path
        )  # to the deck without the token; or there is no such page
        assert deck.ask(path + with_token, Origin=OTHER)[0] in (403, 404), path
        assert deck.ask(path + with_token, Host="another.example")[::2] == (403, "Forbidden"), path
    assert "address that the command printed" in deck.ask("/")[2]
    status, _, text = deck.ask(f"/live/nobody.html{with_token}")
    assert status == 404 and "nobody" in text


def test_who_has_the_cookie_runs_nothing_from_another_page(deck):
    cookie = deck.ask(f"/?token={deck.token}")[1]
    channels, restart = f"/api/kernels/{deck.kernel}/channels", f"/api/kernels/{deck.kernel}/restart"
    assert deck.ask(channels, **SOCKET)[0] == 403
    assert deck.ask(channels, **SOCKET, Origin=deck.origin, Cookie=cookie)[0] == 101
    assert deck.ask(channels, **SOCKET, Origin=OTHER, Cookie=cookie)[0] == 403
    assert deck.ask(f"{channels}?token={deck.token}", **SOCKET, Origin=OTHER)[0] == 403
    for origin in (OTHER, deck.origin):  # from the deck's own with the secret that only its page can read
        assert deck.ask(restart, "POST", Origin=origin, Cookie=cookie)[0] in (403, 404)
    assert deck.ask("/", Cookie=cookie)[0] == 200


def test_the_deck_live_pages_and_the_channels_of_one_kernel_are_served_and_nothing_else(deck):
    kernel = f"/api/kernels/{deck.kernel}"
    others = (
        "lab",
        "tree",
        "files/lesson.ipynb",
        "login",
        "logout",
        "metrics",
        "favicon.ico",
        "static/style/index.css",
    )
    services = (
        "",
        "/status",
        "/spec.yaml",
        "/contents",
        "/contents/lesson.ipynb",
        "/terminals",
        "/sessions",
        "/kernels",
    )
    for path in (*(f"/{path}" for path in others), *(f"/api{path}" for path in services), kernel):
        for method in ("GET", "POST", "DELETE"):
            assert deck.ask(f"{path}?token={deck.token}", method, Origin=deck.origin)[0] in (404, 405), (method, path)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", urlsplit(deck.origin).port), timeout=5)


def test_a_cell_is_changed_and_run_after_those_above_it_and_comes_back_as_stored(live):
    assert "token" not in live.page.url
    assert live.code.inner_text() == CELLS[-1].source + "\n"
    assert live.run("y = 300\nprint(x + y)") == "320"
    assert barriers(live.page) == []
    assert live.run("print(y)\n1 / 0", "It did not end well.").splitlines()[0] == "300"
    assert "ZeroDivisionError: division by zero" in live.output.inner_text()
    live.press("original")
    assert live.code.inner_text() == CELLS[-1].source + "\n"
    live.page.keyboard.press("Escape")
    assert not live.code.is_visible() and live.page.locator(".present .step.code").is_visible()


def test_lines_that_were_typed_stay_lines_while_their_cell_is_not_shown(live):
    live.open(CELLS[2].id)
    live.type_at_end("\ntyped = 7\nmore = 8")
    live.open(CELLS[-1].id)
    live.page.evaluate("live.kernel.forget()")
    assert live.run("print(typed, more)") == "7 8"


def test_a_line_after_a_colon_is_indented_and_tab_indents_more(live):
    live.code.fill("for i in (3, 5):  # twice")
    live.type_at_end("\nif i > 4:\nprint(i)\nprint(-i)")
    assert live.run() == "5\n-5"
    live.code.fill("if x:")
    live.page.keyboard.press("End")
    live.page.keyboard.type("\n")
    live.page.keyboard.press("Tab")
    live.page.keyboard.type("print('in')")
    assert live.lines == ["if x:", 8 * " " + "print('in')"]
    assert live.run() == "in"
    live.page.keyboard.press("Control+A")
    live.page.keyboard.press("Tab")  # what is selected stays
    assert live.lines == [4 * " " + "if x:", 8 * " " + "print('in')"]
    live.page.keyboard.press("Shift+Tab")  # Tab stays in the code, so the other way leads out of it
    assert not live.code.evaluate("code => code === document.activeElement")


def test_the_last_line_of_a_long_traceback_is_in_sight(live):
    live.run("def f(n):\n    return f(n - 1) if n else 1 / 0\n\n\nf(8)", "It did not end well.")
    shown = live.output.evaluate("it => [it.scrollTop + it.clientHeight, it.scrollHeight, it.clientHeight]")
    assert shown[0] == pytest.approx(shown[1], abs=1) and shown[1] > shown[2]


def test_the_cells_above_run_again_after_another_window_has_restarted_the_kernel(live):
    assert live.run("print(x)") == "20"
    live.page.evaluate("live.kernel.ask('restart')")
    assert live.run("print(x + 1)") == "21"


@pytest.mark.slow  # three kernels are started
def test_a_run_can_be_stopped_and_a_kernel_begun_anew(live):
    live.run("kept = 1\nwhile True: pass", "It runs")
    live.press("stop")
    live.wait_for("It did not end well.")
    assert live.run("print(kept)") == "1"
    live.press("restart")
    live.wait_for("nothing has run in it")
    assert live.run("print(x, 'kept' in globals())") == "20 False"
    live.run("os._exit(1)", "The kernel has ended")
    assert live.run("print(x)") == "20"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])  # SIGTERM ends the deck of the other tests
def test_the_kernel_ends_with_the_command(name, tmp_path):
    assert_kernel_ends(Served(written(tmp_path)), getattr(signal, name))


@pytest.mark.slow
def test_a_cell_of_a_lesson_prints_in_its_deck_what_the_lesson_stores(served):
    path, cell = LESSON_FILES[1], "dog-sees-cat"
    stored = next(one for one in nbformat.read(path, as_version=4).cells if one.id == cell)
    deck = Served(path)
    served.goto(deck.address)
    served.wait_for_selector("body[data-ready]", state="attached")
    served.evaluate("cell => live.open(cell)", cell)
    code = LiveCode(served)
    code.wait_for("Ready.")
    assert code.run() == stored.outputs[0].text.strip()
    assert_kernel_ends(deck, signal.SIGTERM)
