"""`course train`, `course evaluate`, `course translate`: a model is made, scored, and put to use."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli.console import complain, table
from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.runtime import cache_folder, pick_device, set_threads

SOURCE = "The data: world, a file, a folder, or an id on the hub."
MODEL = "A name in data/models, or a folder."


def train(
    name: Annotated[str, typer.Argument(help="The recipe, such as translator.")],
    source: Annotated[str, typer.Option(help=SOURCE)] = "world",
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Default: the steps of the recipe.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another model.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder. Default: data/cache/trained/NAME.")
    ] = None,
):
    """Train a model by its recipe.

    A training that was interrupted goes on when the same command is given again.
    On several cards or machines, start it with: accelerate launch --no_python course train ...

    \b
    Example:
      course train translator --source my_pairs/ --minutes 10 --out runs/mine

    \b
    Exit status:
      0    the model is in its folder
      2    something can't be used; the message says what was expected
      130  interrupted
    """
    from tqdm import tqdm

    from course_lib.recipes import RECIPES

    if name not in RECIPES:
        raise CourseError(f'no recipe "{name}": expected one of {", ".join(RECIPES)}')
    set_threads()
    out = out or cache_folder() / "trained" / name
    try:
        card = RECIPES[name](source, out=out, minutes=minutes, seed=seed, report=tqdm.write)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on from the last checkpoint (one is kept each tenth of the way)")
        raise typer.Exit(130) from None
    if card:
        typer.echo(table([{"validation": group, **scores} for group, scores in card["validation"].items()]))
        typer.echo(f"The model is in {out}")


def evaluate(
    model: Annotated[str, typer.Argument(help=MODEL)],
    source: Annotated[str | None, typer.Option(help=SOURCE + " Default: what it was trained on.")] = None,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
):
    """Score a translator by BLEU and exact match.

    Text is lower-cased first. The little world's scores are also given for two kinds of sentences: those that are
    new, and those with a combination of words that is new.

    \b
    Example:
      course evaluate translator --split test --json

    \b
    Exit status:
      0  scored
      2  something can't be used; the message says what was expected
    """
    from course_lib.data import load_translations
    from course_lib.generation import beam, greedy_search
    from course_lib.models import find_model

    translator, tokenizer = load(model)
    source = source or source_of(find_model(model))
    rows = load_translations(source, split)
    scores = [
        score
        for name, search in {"greedy": greedy_search, "beam 5": beam(5)}.items()
        for score in timed_scores(name, search, translator, tokenizer, rows)
    ]
    if as_json:
        typer.echo(json.dumps({"model": model, "source": source, "split": split, "scores": scores}, indent=2))
    else:
        typer.echo(f"{model} on {source}, {split}\n\n{table(scores)}")


def translate(
    sentences: Annotated[
        list[str] | None, typer.Argument(help="Portuguese; none, or -, for lines from the standard input.")
    ] = None,
    model: Annotated[str, typer.Option(help=MODEL)] = "translator",
    beam: Annotated[int, typer.Option(min=1, help="The width of the search; 1 is greedy search.")] = 5,
):
    """Translate Portuguese sentences to English.

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

    if sentences in (None, [], ["-"]):
        sentences = [line.strip() for line in sys.stdin if line.strip()]
    translator, tokenizer = load(model)
    for line in generation.translate(sentences, translator, tokenizer, generation.beam(beam)):
        typer.echo(line)


def load(name):
    """A model on the fastest device, and its tokenizer."""
    from course_lib.models import load_model

    set_threads()
    model, tokenizer = load_model(name)
    return model.to(pick_device()), tokenizer


def source_of(folder):
    """What the model in `folder` was trained on, by its card; without a card, the little world."""
    card = folder / "card.json"
    return read_json(card).get("source", "world") if card.exists() else "world"


def timed_scores(name, search, model, tokenizer, rows):
    """The scores of each group of rows, with the seconds that all of them took."""
    from course_lib.evaluation import evaluate_translator

    started = time.monotonic()
    groups = evaluate_translator(model, tokenizer, rows, search)
    seconds = {"all": time.monotonic() - started}
    return [
        {"search": name, "group": group, **asdict(scores), "seconds": seconds.get(group)}
        for group, scores in groups.items()
    ]
