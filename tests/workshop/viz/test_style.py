import itertools
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from course_lib.workshop import viz
from course_lib.workshop.viz.cells import readable_on
from course_lib.workshop.viz.style import CYCLE, SEQUENTIAL, mix, shade, tint

# Machado, Oliveira and Fernandes 2009, table 1, severity 1: what each kind of color blindness makes of linear RGB
COLOR_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def linear(color):
    return np.power(colors.to_rgb(color), 2.2)


def luminance(color):
    return float(np.dot(linear(color), (0.2126, 0.7152, 0.0722)))


def contrast(one, other):
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("kind", COLOR_BLINDNESS)
def test_the_colors_of_curves_stay_apart_for_every_color_vision(kind):
    seen = [np.clip(COLOR_BLINDNESS[kind] @ linear(color), 0, 1) ** (1 / 2.2) for color in CYCLE]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 0.19


@pytest.mark.parametrize("role", viz.COLORS)
def test_words_in_the_shade_of_a_color_are_readable_on_white(role):
    assert contrast(shade(viz.COLORS[role], 0.6), "white") > 3


@pytest.mark.parametrize("weight", np.linspace(0, 1, 11))
def test_numbers_are_readable_on_every_color_of_a_heat_map(weight):
    background = matplotlib.colormaps[SEQUENTIAL](weight)
    assert contrast(readable_on(background), background) > 3


def test_mixing_goes_from_the_other_color_to_the_color():
    assert (mix("#112233", "white", 1), mix("#112233", "white", 0)) == ("#112233", "#ffffff")
    assert luminance(shade("#0072B2")) < luminance("#0072B2") < luminance(tint("#0072B2"))


def test_the_style_of_a_block_ends_with_the_block_and_that_of_a_notebook_stays():
    with plt.rc_context({"font.size": 7}):
        with viz.course_style():
            assert matplotlib.rcParams["font.size"] > 7
        assert matplotlib.rcParams["font.size"] == 7
        viz.use_course_style()
        assert matplotlib.rcParams["font.size"] > 7


def test_figures_fit_the_width_of_a_page():
    wide = viz.show_curves({"line": [1, 2]}).figure
    assert wide.get_figwidth() * wide.dpi <= 1100


def test_figures_do_without_torch():
    code = "import course_lib.workshop.viz, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
