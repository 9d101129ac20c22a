"""`course present`: the lectures through lessons as decks of slides, an HTML file for each, or served here."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.runtime import cache_folder
from course_lib.workshop.cli.lessons import find_notebook, html_of, write_html
from course_lib.workshop.notebooks import read_notebook


def present(
    lessons: Annotated[list[str], typer.Argument(help="Their numbers (05 or 5) or names.")],
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder of the decks. Default: data/cache/decks.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Serve the deck here, and load it again whenever the notebook is saved.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Serve the deck here, with a kernel: R opens its code, to change and run it.")
    ] = False,
) -> None:
    """Write the lecture through a lesson as a deck of slides: one HTML file, to be opened in a browser.

    It shows what the notebook stores, a step at each key; nothing is run, and nothing needs a network. What a lecture
    skips is in the speaker view (S). "?" shows all keys: C folds code, E enlarges it, G shows a figure alone, A the
    lesson's model alive (a page beside the deck, in the folder "live"). With ?print-pdf behind its address, the browser
    prints it as a handout.

    With --live, this machine serves the deck to itself, at an address with a token. What stands above a cell runs
    before it. The notebook stays as it is, and the kernel ends with the command.

    \b
    Example:
      course present 05 06 --out slides
      course present 05 --watch
      course present 05 --live

    \b
    Exit status:
      0  written
      2  there is no such lesson, a deck can't be written, or more than one is to be served
    """
    paths = [find_notebook(lesson) for lesson in lessons]
    if watch and live:
        raise CourseError("--watch loads the deck again, --live keeps what has run: choose one of them")
    if watch or live:
        serve = serve_live if live else serve_watched
        return serve(only(paths))
    write_decks(paths, out or cache_folder() / "decks")


def only(paths: list[Path]) -> Path:
    """The one path. Raises CourseError for several."""
    if len(paths) > 1:
        raise CourseError(f"one deck can be served at a time, got {', '.join(path.stem for path in paths)}")
    return paths[0]


def write_decks(paths: list[Path], folder: Path) -> None:
    """Write a deck for each notebook."""
    from course_lib.workshop.present.alive import named_model
    from course_lib.workshop.present.deck import Deck

    exporter = Deck()
    notebooks = {path: read_notebook(path) for path in paths}
    for path, notebook in notebooks.items():
        deck = folder / f"{path.stem}.html"
        write_html(exporter, notebook, path.stem, deck)
        typer.echo(f"The deck of {path.name}: {deck}")
    for name in sorted({named_model(notebook) for notebook in notebooks.values()} - {""}):
        write_live(name, folder / exporter.live / f"{name}.html")


def write_live(name: str, page: Path) -> None:
    """Write the live page of a model, which decks open."""
    from course_lib.workshop.present.explain import LivePage

    with atomic_file(page) as draft:
        draft.write_text(LivePage(name).html(), encoding="utf-8")
    typer.echo(f"The model that decks show alive: {page}")


def serve_watched(path: Path) -> None:
    """Serve the deck until Ctrl-C, and load it again whenever the notebook is saved."""
    from course_lib.workshop.present.deck import Deck
    from course_lib.workshop.present.watch import deck_server

    exporter = Deck()
    with deck_server(path, lambda path: html_of(exporter, read_notebook(path), path.stem)) as server:
        announce(path, f"http://127.0.0.1:{server.server_port}")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def serve_live(path: Path) -> None:
    """Serve the deck with a kernel until Ctrl-C."""
    from course_lib.workshop.present.deck import LiveDeck
    from course_lib.workshop.present.live import live_server

    def build(kernel: str) -> str:
        return html_of(LiveDeck(kernel), read_notebook(path), path.stem)

    server = live_server(path.parent, build)
    announce(path, server.local_url)
    server.serve()


def announce(path: Path, address: str) -> None:
    """Say where the deck is."""
    typer.echo(f"The deck of {path.name}: {address}   (Ctrl-C ends it)")
