"""The pages of the shipped models, each written once, and open in a browser without a network."""

from functools import cache

import pytest

from course_lib.workshop.present.explain import LivePage
from tests.workshop.present.explain.live_page import opened


@pytest.fixture(scope="session")
def page_of(tmp_path_factory):
    """Gives the file with the page of a shipped model."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def written(name):
        (folder / f"{name}.html").write_text(LivePage(name).html(), encoding="utf-8")
        return folder / f"{name}.html"

    return written


@pytest.fixture(scope="module")
def file(request, page_of):
    """The page of the module's MODEL, or of the fixture's parameter."""
    return page_of(getattr(request, "param", None) or request.module.MODEL)


@pytest.fixture
def page(offline, file):
    """The page, anew; afterwards nothing may have gone wrong in it."""
    yield from opened(offline, file)
