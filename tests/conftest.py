"""What every test may count on: the same random numbers each time, a choice of two precisions, a browser.

Who hands out tests to workers reads this, too, while they wait: what takes seconds is imported where it is used.
"""

import os
import shutil

import pytest

from tests import shape_checks


@pytest.fixture(scope="session", autouse=True)
def one_device_more():
    """Before all else: with the first gradient that it computes, torch counts the devices that there are."""
    from tests.pretend_device import UNAVAILABLE, register

    if not UNAVAILABLE:
        register()


@pytest.fixture(autouse=True)
def same_random_numbers():
    """As `torch.manual_seed` does, which also notes for each kind of accelerator where it was called from."""
    import torch

    torch.default_generator.manual_seed(0)


@pytest.fixture(autouse=True)
def shapes_checked():
    """The shapes that signatures state, in the first calls of each test."""
    shape_checks.switch(on=True)


@pytest.fixture(params=[("float32", 1e-6), ("float64", 1e-12)], ids=["float32", "float64"])
def tolerance(request):
    """Runs the test in both precisions; the value is how far two ways to compute the same thing may lie apart.

    Shapes are checked in float32 alone: they are the same, and the checks take longer than what they check.
    """
    import torch

    dtype, tolerance = request.param
    torch.set_default_dtype(getattr(torch, dtype))
    shape_checks.switch(on=dtype == "float32")
    yield tolerance
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def shapes_unchecked():
    """As outside the tests, where signatures only say which shapes are meant: for what a user gets to read.

    And for many short tests of what others check.
    """
    shape_checks.switch(on=False)


@pytest.fixture(scope="session")
def smollm2():
    """The real model that `course fetch smollm2` brings. Where it can't be fetched, tests are skipped."""
    from course_lib.errors import CourseError
    from course_lib.workshop.convert import open_checkpoint  # few tests need it, and it takes seconds
    from course_lib.workshop.convert.artifacts import fetch

    try:
        fetch("smollm2")
    except CourseError as error:
        pytest.skip(f"SmolLM2 is not here; `course fetch smollm2` would bring it, but {error}")
    return open_checkpoint("smollm2")


CHROMIUM = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium or Chrome, without a window. Where there is none, tests are skipped; in CI they fail."""
    from playwright.sync_api import Error, sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    program = {"executable_path": path} if path else {"channel": "chrome"}  # on macOS and Windows, it is on no path
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(args=["--no-sandbox"], **program)
        except Error as error:
            give_up = pytest.fail if "CI" in os.environ else pytest.skip
            give_up(f"there is no Chromium or Chrome here (on Debian: apt-get install chromium): {error}")
        yield browser
        browser.close()


@pytest.fixture
def offline(chromium):
    """An empty page without a network. Its `complaints` are what went wrong there, and what it asked others for."""
    yield from empty_page(chromium, offline=True)


@pytest.fixture
def served(chromium):
    """The same, but what this machine serves may be asked for."""
    yield from empty_page(chromium, offline=False)


def empty_page(chromium, offline):
    context = chromium.new_context(offline=offline)
    page, here = context.new_page(), ("file:", "data:", "blob:") if offline else ("http://127.0.0.1:", "data:", "blob:")
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.complaints.extend([request.url] * (not request.url.startswith(here))))
    yield page
    context.close()
