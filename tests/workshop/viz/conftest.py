import matplotlib
import pytest
from matplotlib import pyplot as plt

from course_lib.workshop import viz


@pytest.fixture(autouse=True)
def course_figures():
    """Every test draws without a window, in the course's style, and leaves no figure behind."""
    matplotlib.use("agg")
    with viz.course_style():
        yield
    plt.close("all")
