"""`course present`: the lectures through lessons as decks of slides, an HTML file for each."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli.lessons import find_notebook, html_of, read_notebook, write_html
from course_lib.errors import CourseError
from course_lib.runtime import cache_folder


def present(
    lessons: Annotated[list[str], typer.Argument(help="Their numbers (05 or 5) or names.")],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder of the decks. Default: data/cache/decks.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Serve the deck here, and load it again whenever the notebook is saved.")
    ] = False,
) -> None:
    """Write the lecture through a lesson as a deck of slides: one HTML file, to be opened in a browser.

    It shows what the notebook stores, a step at each key; nothing is run, and nothing needs a network. What a lecture
    skips is in the speaker view (S). "?" shows all keys: C folds code, E enlarges it, G shows a figure alone. With
    ?print-pdf behind its address, the browser prints it as a handout.

    \b
    Example:
      course present 05 06 --out slides
      course present 05 --watch

    \b
    Exit status:
      0  written
      2  there is no such lesson, or a deck can't be written
    """
    from course_lib.present.deck import Deck

    exporter, folder, paths = Deck(), out or cache_folder() / "decks", [find_notebook(lesson) for lesson in lessons]
    if watch:
        return serve(paths, lambda path: html_of(exporter, read_notebook(path), path.stem))
    for path in paths:
        deck = folder / f"{path.stem}.html"
        write_html(exporter, read_notebook(path), path.stem, deck)
        typer.echo(f"The deck of {path.name}: {deck}")


def serve(paths: list[Path], build: Callable[[Path], str]) -> None:
    """Serve the one deck until Ctrl-C. Raises CourseError for several."""
    from course_lib.present.watch import deck_server

    if len(paths) > 1:
        raise CourseError(f"one deck can be watched at a time, got {', '.join(path.stem for path in paths)}")
    with deck_server(paths[0], build) as server:
        typer.echo(f"The deck of {paths[0].name}: http://127.0.0.1:{server.server_port}   (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
