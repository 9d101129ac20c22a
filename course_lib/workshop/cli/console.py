"""How the commands speak: plain tables on the standard output, one sentence per error on the standard error."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

import typer
from typer.core import TyperGroup

from course_lib.errors import CourseError

Cell = str | float | None
HEADINGS = {"bleu": "BLEU", "exact": "exact %", "gflops": "GFLOP/s"}


class Commands(TyperGroup):
    """The commands of `course`; what can't be used, or written, becomes a plain message and exit status 2."""

    def main(self, *arguments: object, **settings: object) -> object:
        """Read the command line and do what it says."""
        if sys.stdout is not None:  # closed, as after `>&-` in a shell
            sys.stdout.reconfigure(errors="replace")  # not every console has every letter
        try:
            return super().main(*arguments, **settings)
        except OSError as error:
            complain(error)
            drop_output()
            sys.exit(2)

    def invoke(self, ctx: typer.Context) -> object:
        """Run the command that was asked for."""
        try:
            result = super().invoke(ctx)
        except CourseError as error:
            complain(error)
            raise typer.Exit(2) from None
        print(end="", flush=True)  # here and not when Python ends: a full disk may show only now
        return result


def drop_output() -> None:
    """Let what can't be written go to nowhere: Python would try once more when it ends."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def standard_input() -> TextIO:
    """The standard input, whatever its bytes. Raises CourseError where there is none, as after `<&-` in a shell."""
    if sys.stdin is None:
        raise CourseError("there is no standard input to read from; give a file or a pipe")
    sys.stdin.reconfigure(errors="replace")
    return sys.stdin


def complain(message: str | Exception) -> None:
    """Print what is wrong on the standard error."""
    typer.echo(f"course: {message}", err=True)


def table(rows: Sequence[Mapping[str, Cell]]) -> str:
    """Rows, dicts, as text in aligned columns: words to the left, numbers to the right, nothing for a missing key."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [[HEADINGS.get(column, column.replace("_", " ")) for column in columns]]
    lines += [[show(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    sides = ["<" if isinstance(rows[0].get(column), str) else ">" for column in columns]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(line, sides, widths, strict=True)).rstrip()
        for line in lines
    )


def show(value: Cell) -> str:
    """A value of a table: small numbers with two decimals, whole and large ones without, nothing for None."""
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value
