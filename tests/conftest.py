"""What every test may count on: the same random numbers each time, a choice of two precisions, a browser."""

import jaxtyping
import pytest
import torch

from tests.pretend_device import UNAVAILABLE, register
from tests.viz.chromium import Browser, find_browser

if not UNAVAILABLE:
    register()  # now: with the first gradient that it computes, torch counts the devices that there are


@pytest.fixture(autouse=True)
def same_random_numbers():
    torch.manual_seed(0)


@pytest.fixture(params=[(torch.float32, 1e-6), (torch.float64, 1e-12)], ids=["float32", "float64"])
def tolerance(request):
    """Runs the test in both precisions; the value is how far two ways to compute the same thing may lie apart.

    Shapes are checked in float32 alone: they are the same, and the checks take longer than what they check.
    """
    dtype, tolerance = request.param
    torch.set_default_dtype(dtype)
    jaxtyping.config.update("jaxtyping_disable", dtype is torch.float64)
    yield tolerance
    jaxtyping.config.update("jaxtyping_disable", False)
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def shapes_unchecked():
    """As outside the tests, where signatures only say which shapes are meant: for what a user gets to read."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium or Chrome, without a window; the test is skipped where there is none."""
    from playwright.sync_api import Error, sync_playwright

    path = find_browser()
    if not path:
        pytest.skip("there is no Chromium or Chrome here (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"{path} does not start here: {error}")
        yield browser
        browser.close()


@pytest.fixture
def offline(chromium):
    """An empty page without a network. Its `complaints` are what went wrong there, and what it asked others for."""
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.complaints.extend([request.url] * asks_others(request.url)))
    yield page
    context.close()


def asks_others(url):
    return not url.startswith(("file:", "data:", "blob:"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser without a network, for the pages of a file of tests."""
    path, folder = find_browser(), tmp_path_factory.mktemp("browser")
    if not path:
        pytest.skip("there is no Chromium or Chrome here (on Debian: apt-get install chromium)")
    empty = folder / "empty.html"
    empty.touch()
    try:
        with Browser(path, folder / "profile") as browser:
            browser.open(empty.as_uri())
            yield browser
    except OSError as error:
        pytest.skip(f"{path} does not open pages here: {error}")
