"""`course explain`: a trained model alive in one page."""

from pathlib import Path
from typing import Annotated

import typer

from course_lib.workshop.cli.models import MODEL


def explain(
    model: Annotated[str, typer.Argument(help=MODEL)],
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The page. Default: data/cache/pages/MODEL.html.")
    ] = None,
    large: Annotated[bool, typer.Option(help="Write it though it has more than 25 MB.")] = False,
) -> None:
    """Write an HTML page in which a trained model runs, with all its boxes to look into.

    It needs nothing else: no network, no server, no Python. Open it in a browser, or send it to somebody.
    It shows translators, chat models and other modern decoders, and models that see.

    \b
    Examples:
      course explain translator
      course explain chat
      course explain vlm
      course explain runs/mine --out mine.html

    \b
    Exit status:
      0  the page is written
      2  there is no such model, it is damaged, too large, or has parts that the page does not compute
    """
    from course_lib.files import atomic_file
    from course_lib.runtime import cache_folder
    from course_lib.workshop.present.explain import LivePage

    page = LivePage(model)
    typer.echo(f"{page.model.num_parameters():,} weights in 16 bits take {page.megabytes:.1f} MB")
    html = page.html(large)
    out = out or cache_folder() / "pages" / f"{page.folder.name}.html"
    with atomic_file(out) as draft:
        draft.write_text(html, encoding="utf-8")
    typer.echo(f"The page is {out}")
