"""A plugin for pytest: every test runs with the pretend device as the one that `pick_device` gives."""

import pytest

from tests.pretend_device import pretend_device


@pytest.fixture(autouse=True)
def on_pretend_device():
    with pretend_device():
        yield
