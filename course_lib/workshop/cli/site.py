"""`course site`: all of the course as pages that need no network, and no Python."""

from pathlib import Path
from typing import Annotated

import typer


def site(
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder of the site. Default: data/cache/site.")
    ] = None,
) -> None:
    """Write a site: lessons, lectures, exercises, studies, the library, a glossary, with search.

    It is made of what the notebooks store; nothing is run. Open index.html in it, or put the folder on a server.

    \b
    Example:
      course site --out public

    \b
    Exit status:
      0  written
      2  Sphinx is missing or complains, or the folder holds something else
    """
    from course_lib.runtime import cache_folder
    from course_lib.workshop.cli.troubles import troubles_page
    from course_lib.workshop.present.site import Site

    out = out or cache_folder() / "site"
    Site(pages={"troubles.md": troubles_page()}).build(out)
    typer.echo(f"The site is {out / 'index.html'}")
