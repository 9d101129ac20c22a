"""What holds for every test and every lesson: one thread, no hub, printed floats may be rounded, shapes are checked."""

import gc
import os
import sys

import pytest
from jaxtyping import install_import_hook

from course_lib.runtime import keep_freed_memory

# Two workers on two cores: with more than one thread each, they would only wait for one another.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
keep_freed_memory()
for library in ("HF_HUB", "HF_DATASETS", "TRANSFORMERS"):
    os.environ[f"{library}_OFFLINE"] = "1"

# The shapes that signatures state are checked, unless a test asks for the fixture `shapes_unchecked` (not in notebooks
# and other processes: those are users).
ROOMS = "evaluation", "fast", "generation", "models", "nn", "objectives"
install_import_hook([f"course_lib.{room}" for room in ROOMS], "tests.shape_checks.check")

sys.modules["rfc3987_syntax"] = None  # with nbval comes jsonschema, and builds 38 grammars of what no notebook has
pytest_plugins = ["nbval.plugin", "tests.notebooks.tolerance"]


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """While tests are collected, next to nothing becomes garbage, and looking for it again and again takes seconds."""
    gc.disable()
    collected = yield
    gc.freeze()  # what is there now stays
    gc.enable()
    return collected
