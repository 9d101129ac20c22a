"""Models are compared with those of transformers; the shapes in them are checked where each part is tested."""

import pytest


@pytest.fixture(autouse=True)
def whole_models(shapes_unchecked):
    """Run without checks of shapes, which take a third of the time of test_llm.py."""
