"""`course present`: the lectures through lessons as decks of slides, an HTML file for each."""

from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli.lessons import find_notebook, read_notebook, write_html
from course_lib.runtime import cache_folder


def present(
    lessons: Annotated[list[str], typer.Argument(help="Their numbers (05 or 5) or names.")],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder of the decks. Default: data/cache/decks.")
    ] = None,
) -> None:
    """Write the lecture through a lesson as a deck of slides: one HTML file, to be opened in a browser.

    It shows what the notebook stores, a step at each key; nothing is run, and nothing needs a network. What a lecture
    skips is in the speaker view (S). "?" shows all keys: C folds code, E enlarges it, G shows a figure alone. With
    ?print-pdf behind its address, the browser prints it as a handout.

    \b
    Example:
      course present 05 06 --out slides

    \b
    Exit status:
      0  written
      2  there is no such lesson, or a deck can't be written
    """
    from course_lib.present.deck import Deck

    exporter, folder = Deck(), out or cache_folder() / "decks"
    for path in map(find_notebook, lessons):
        deck = folder / f"{path.stem}.html"
        write_html(exporter, read_notebook(path), path.stem, deck)
        typer.echo(f"The deck of {path.name}: {deck}")
