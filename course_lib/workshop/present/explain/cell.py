"""A live page in a cell of a notebook."""

import html
from pathlib import Path

from IPython.display import HTML

from course_lib.workshop.present.explain.page import LivePage

FRAME = '<div><iframe srcdoc="{}" title="{}" style="width: 100%; height: {}px; border: 0"></iframe></div>'


def show_model(name: Path | str, height: int = 720) -> HTML:
    """The page of a model, as the last line of a cell shows it; nothing else is needed for it to run.

    The output is as heavy as the model: clear it before the notebook is saved.

    Args:
        name: of a model in data/models, or a folder.
        height: of the frame, in pixels.

    Raises:
        CourseError: as `LivePage` does.
    """
    page = LivePage(name)
    return HTML(FRAME.format(html.escape(page.html()), html.escape(page.folder.name), height))
