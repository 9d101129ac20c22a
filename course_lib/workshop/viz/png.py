"""Small PNG files: a figure of few colors needs a palette, not 32 bits per pixel; a notebook stores its words, too."""

import io
from pathlib import Path

import matplotlib
from IPython.core.interactiveshell import InteractiveShell
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from course_lib.workshop.viz.alt_text import alt_text

COLORS_PER_FIGURE = 256  # what a palette PNG can hold


def compact_png(figure: Figure) -> bytes:
    """The PNG bytes of `figure`, cropped to what is drawn: the same look in about a third of the bytes."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", bbox_inches="tight", pad_inches=0.04, pil_kwargs={"compress_level": 0})
    compact = io.BytesIO()
    picture = Image.open(drawn).convert("RGB")
    picture.quantize(COLORS_PER_FIGURE, dither=Image.Dither.NONE).save(compact, "png", optimize=True)
    return compact.getvalue()


def save_png(figure: Figure, path: Path | str) -> Path:
    """Write `figure` to `path` as a small PNG and return the path."""
    path = Path(path)
    path.write_bytes(compact_png(figure))
    return path


def described_png(figure: Figure) -> tuple[bytes, dict[str, str]]:
    """The PNG bytes of `figure`, and what a notebook stores beside them: its text alternative."""
    return compact_png(figure), {"alt": alt_text(figure)}


def use_compact_png(shell: InteractiveShell) -> None:
    """Let the notebook behind `shell` (from `IPython.get_ipython()`) store figures as small PNGs with their words."""
    plt.switch_backend(matplotlib.get_backend())  # registers the usual writer, which ours replaces
    shell.display_formatter.formatters["image/png"].for_type(Figure, described_png)
