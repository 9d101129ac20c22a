"""`course translate`: a translator is put to use, and says which words it has never met."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from course_lib.runtime import pick_device, set_threads
from course_lib.workshop.cli.console import standard_input
from course_lib.workshop.cli.models import MODEL


def translate(
    sentences: Annotated[
        list[str] | None, typer.Argument(help="Portuguese; none, or -, for lines from the standard input.")
    ] = None,
    model: Annotated[str, typer.Option(help=MODEL)] = "translator",
    beam: Annotated[int, typer.Option(min=1, max=100, help="The width of the search; 1 is greedy search.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Translate Portuguese sentences to English.

    Words that the model has never met in its training are named on the standard error: it can only guess them.

    \b
    Examples:
      course translate "este é o primeiro livro que eu fiz."
      course translate --model runs/mine < sentences.txt

    \b
    Exit status:
      0  translated
      2  something can't be used: a sentence is empty or too long, or there is no such model
    """
    from course_lib import generation
    from course_lib.models import Translator, check_kind, load_model

    sentences = lines() if sentences in (None, [], ["-"]) else [readable(sentence) for sentence in sentences]
    set_threads()
    translator, *preparers = load_model(model)
    check_kind(model, translator, Translator)
    english = generation.translate(sentences, translator.to(pick_device()), *preparers, generation.beam(beam))
    unknown = never_met(model, sentences)
    if as_json:
        columns = zip(sentences, english, unknown, strict=True)
        rows = [dict(zip(("portuguese", "english", "never met"), row, strict=True)) for row in columns]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for number, (line, words) in enumerate(zip(english, unknown, strict=True), start=1):
        typer.echo(line)
        if words:
            typer.echo(f"{f'sentence {number}, ' * (len(english) > 1)}never met: {', '.join(words)}", err=True)


def lines() -> list[str]:
    """The lines of the standard input that are not blank."""
    return [line.strip() for line in standard_input() if line.strip()]


def readable(text: str) -> str:
    """The text with a \ufffd for each byte of the command line that was not UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def never_met(name: str, sentences: Sequence[str]) -> list[list[str]]:
    """For each sentence the words that the training of the model did not have; none where nobody wrote that down."""
    from course_lib.data import MetWords
    from course_lib.models import find_model

    path = find_model(name) / MetWords.file
    if not path.exists():
        return [[] for _ in sentences]
    met = MetWords.load(path)
    return [met.missing(sentence) for sentence in sentences]
