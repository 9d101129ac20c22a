import io

import numpy as np
import torch
from IPython.core.formatters import DisplayFormatter
from matplotlib import pyplot as plt
from PIL import Image

from course_lib.workshop import viz
from course_lib.workshop.viz.png import compact_png, use_compact_png


class Shell:
    """As much of a notebook's shell as shows a figure."""

    def __init__(self):
        self.display_formatter = DisplayFormatter()


def test_a_small_png_looks_like_the_large_one():
    figure = viz.show_matrix(torch.linspace(-1, 1, 77).reshape(7, 11)).figure
    large = io.BytesIO()
    figure.savefig(large, format="png", bbox_inches="tight", pad_inches=0.04)
    small = compact_png(figure)
    before, after = (np.asarray(Image.open(file).convert("RGB"), float) for file in (large, io.BytesIO(small)))
    assert np.abs(before - after).mean() < 0.5
    assert len(small) < 0.5 * len(large.getvalue())


def test_the_paper_stays_white():
    picture = Image.open(io.BytesIO(compact_png(viz.draw_encoder_layer().figure))).convert("RGB")
    assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_drawing_twice_gives_the_same_file(tmp_path):
    first, second = (viz.save_png(viz.draw_growing_mask(), tmp_path / name) for name in ("a.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()


def test_a_notebook_stores_its_figures_as_small_pngs():
    shell = Shell()
    use_compact_png(shell)
    figure = plt.figure()
    data, _ = shell.display_formatter.format(figure)
    assert Image.open(io.BytesIO(data["image/png"])).mode == "P"
