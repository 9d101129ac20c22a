"""`course study`: a question is asked with its controls, over several seeds."""

from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.errors import CourseError
from course_lib.runtime import set_threads
from course_lib.workshop.cli.console import complain, table

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from course_lib.workshop.studies import Card


def study(
    name: Annotated[str | None, typer.Argument(help="The study; none: list them.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many: 0, 1, ...")] = 3,
    confirm: Annotated[
        str | None, typer.Option(metavar="ARM", help="Only run this arm with one seed, and compare it with the card.")
    ] = None,
    stale: Annotated[bool, typer.Option("--stale", help="Only list the cards that no longer fit their study.")] = False,
) -> None:
    """Run a study, and write its card to data/studies.

    A study compares arms, of which each changes one thing, over several seeds. An interrupted one goes on when the
    same command is given again; more seeds are added to those that are there.

    A study whose code has changed in names only gives the same numbers. With --confirm, one arm is run with one seed;
    if it measures what the card has, the card is marked as up to date.

    \b
    Examples:
      course study
      course study ring --seeds 5
      course study ring --confirm "one layer"
      course study --stale

    \b
    Exit status:
      0    done
      2    something can't be used; the message says what was expected
      130  interrupted
    """
    from tqdm import tqdm

    from course_lib.workshop import studies

    known = studies.all_studies()
    if stale:
        names = list(studies.stale(known.values()))
        typer.echo("\n".join(names) if names else "each card fits its study")
        return
    if name is None:
        typer.echo(table([{"study": each.name, "asks": each.question} for each in known.values()]))
        return
    if name not in known:
        raise CourseError(f'no study "{name}": expected one of {", ".join(known)}')
    if confirm is not None:
        set_threads(studies.read_card(name).content["machine"]["threads"])
        found = studies.confirm(known[name], confirm)
        typer.echo(f'{name}, "{confirm}": the card is up to date, {found}')
        return
    set_threads()
    try:
        card = studies.run(known[name], seeds, track=tqdm)
    except KeyboardInterrupt:
        complain("stopped; run the command again to continue")
        raise typer.Exit(130) from None
    typer.echo(summary(card))


def summary(card: "Card") -> str:
    """The mean of each number over the seeds, and its lowest and highest, arm by arm; of curves the last point."""
    rows = []
    for arm, content in card.content["arms"].items():
        runs = list(content["seeds"].values())
        for number in runs[0]:
            ends = [run[number][-1] if isinstance(run[number], list) else run[number] for run in runs]
            spread = {"mean": sum(ends) / len(ends), "lowest": float(min(ends)), "highest": float(max(ends))}
            rows.append({"arm": arm, "number": number, "seeds": len(runs), **spread})
    return table(rows)
