"""`course train` and `course evaluate`: a model is made, and scored."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.errors import CourseError
from course_lib.runtime import MODELS, cache_folder, set_threads
from course_lib.workshop.cli.console import complain, table

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from course_lib.workshop.recipes import Recipe
    from course_lib.workshop.recipes.recipe import Scores

SOURCE = "The data: world, a folder, a file (8 of 10 rows are for training), or an id on the hub."
MODEL = "A name in data/models, or a folder."


def train(
    name: Annotated[str | None, typer.Argument(help="The recipe, such as translator; none: list them.")] = None,
    source: Annotated[str, typer.Option(help=SOURCE)] = "world",
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Default: the steps of the recipe.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another model.")] = 0,
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder. Default: data/cache/trained/NAME.")
    ] = None,
) -> None:
    """Train a model by its recipe.

    A training that was interrupted goes on when the same command is given again.
    Your own pictures lie beside a metadata.jsonl with one line for each:
    {"file_name": "hen.jpg", "caption": "a hen on a roof"}.
    On several cards or machines, start it with: accelerate launch --no_python course train ...

    \b
    Examples:
      course train
      course train translator --source my_pairs/ --minutes 10 --out runs/mine
      course train clip --source my_pictures/ --minutes 1 --out runs/clip

    \b
    Exit status:
      0    the model is in its folder
      2    something can't be used; the message says what was expected
      130  interrupted
    """
    from tqdm import tqdm

    from course_lib.workshop.recipes import RECIPES, run

    if name is None:
        typer.echo(table([described(recipe) for recipe in RECIPES.values()]))
        return
    if name not in RECIPES:
        raise CourseError(f'no recipe "{name}": expected one of {", ".join(RECIPES)}')
    set_threads()
    out = out or cache_folder() / "trained" / name
    try:
        card = run(RECIPES[name], source, out=out, minutes=minutes, seed=seed, report=tqdm.write)
    except KeyboardInterrupt:
        complain(
            "stopped; run the command again to continue from the last checkpoint (one is kept each tenth of the way)"
        )
        raise typer.Exit(130) from None
    if card:
        typer.echo(tables(card["validation"], card.get("further", {})))
        typer.echo(f"The model is in {out}")


def evaluate(
    model: Annotated[str | None, typer.Argument(help=MODEL + " None: list what can be scored.")] = None,
    source: Annotated[str | None, typer.Option(help=SOURCE + " Default: what it was trained on.")] = None,
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Score a model that was made by a recipe, as its card does.

    A translator by BLEU and exact match, a base model by perplexity, a chat model by exact answers, and so on. The
    little world's scores are also given by kind: of sentences that are new, for example, and of those with a
    combination of words that is new. What the model can't read is left out, and counted.

    \b
    Examples:
      course evaluate
      course evaluate translator --split test --json

    \b
    Exit status:
      0  scored
      2  something can't be used; the message says what was expected
    """
    from course_lib.models import find_model
    from course_lib.workshop.recipes import RECIPES, recipe_of, score

    if model is None:
        typer.echo(table(list(shipped(RECIPES))))
        return
    set_threads()
    folder, started = find_model(model), time.monotonic()
    recipe, learned = recipe_of(folder, RECIPES)
    source = learned if source is None else source
    report = {"model": model, "recipe": recipe.name, "source": source, "split": split}
    report |= score(recipe, folder, source, split) | {"seconds": time.monotonic() - started}
    if as_json:
        typer.echo(json.dumps(report, indent=2, ensure_ascii=False))
        return
    left_out = f", {report['left out']:,} {recipe.items} left out: too long" if report["left out"] else ""
    typer.echo(f"{model} on {source}, {split}, {report['seconds']:.1f} seconds{left_out}\n")
    typer.echo(tables(report["scores"], report.get("further", {})))


def described(recipe: "Recipe") -> dict[str, str | int]:
    """A row of the list of recipes."""
    return {
        "recipe": recipe.name,
        "makes a": recipe.about,
        "from": ", ".join((recipe.items, *recipe.starts_from)),
        "steps": sum(stage.plan.steps for stage in (*recipe.earlier, recipe)),
    }


def shipped(recipes: dict[str, "Recipe"]) -> Iterator[dict[str, str]]:
    """Rows of the list of models: those in data/models that a recipe made."""
    from course_lib.workshop.recipes import recipe_of

    for card in sorted(MODELS.glob("*/card.json")):
        recipe, source = recipe_of(card.parent, recipes)
        scored = ", ".join(recipe.watched)
        yield {"model": card.parent.name, "is a": recipe.about, "made on": source, "scored by": scored}


def tables(scores: "Scores", more_scores: dict[str, "Scores"]) -> str:
    """Scores by group, and those to compare them with, each as a table with its name."""
    parts = {"": scores} | more_scores
    return "\n\n".join(
        f"{name}:\n" * bool(name) + table([{"group": group, **row} for group, row in groups.items()])
        for name, groups in parts.items()
    )
