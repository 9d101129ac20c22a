"""Runs recipes: a folder with a model and its card is made, or scored."""

import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from shutil import rmtree

from torch import nn

from course_lib.errors import CourseError
from course_lib.files import read_json, sha256, write_json
from course_lib.models import save_model
from course_lib.runtime import pick_device, seed_everything
from course_lib.training import Trainer
from course_lib.workshop.recipes.overfitting import best_step, overfitting
from course_lib.workshop.recipes.recipe import Bundle, EvaluationSet, Recipe, Rows, load_bundle


def run(
    recipe: Recipe,
    source: Path | str = "world",
    *,
    out: Path | str,
    minutes: float | None = None,
    seed: int = 0,
    report: Callable[[str], object] = print,
) -> dict[str, object] | None:
    """Train a model by a `Recipe` on `source`, and write it, what prepares its input, and its card to the folder `out`.

    An interrupted training goes on when it is called again with the same arguments.

    Args:
        source: "world", or what the recipe's loader takes; the training split is learned, the validation split scored.
        out: a folder; it must not hold a finished model.
        minutes: the budget; default: the number of steps in the recipe.
        seed: of the first weights, the order of the data and dropout.
        report: a function that takes each line of the log.

    Returns:
        The card, as a dict; None on all processes but the main one.

    Raises:
        CourseError: the folder or the source can't be used; or the loss is no longer a number.
    """
    out, recipe = unfinished(out), recipe.on(source).planned(minutes, seed)
    rows = recipe.load(source, "train")
    bundle = new_bundle(recipe, rows, seed)
    evaluation_set, not_scored = recipe.evaluation_set(source, "validation", bundle)
    try_out(out)
    for stage in recipe.earlier:
        learned, _ = stage.readable(stage.load(source, "train"), bundle)
        trainer_of(stage, source, learned, evaluation_set, bundle, out / stage.name, report).train()
    learned, not_learned = recipe.readable(rows, bundle)
    trainer = trainer_of(recipe, source, learned, evaluation_set, bundle, out, report)
    if not_learned:
        trainer.report(
            f"{not_learned:,} of {len(rows):,} {recipe.items} are left out: too long for the model's context"
        )
    history = trainer.train()
    if not trainer.accelerator.is_main_process:
        return None
    store(recipe, bundle, out)
    card = describe(recipe, source, learned, bundle, {"train": not_learned, "validation": not_scored})
    card |= scores_of(recipe, evaluation_set, bundle, "validation")
    if best := best_step(history):
        card |= {"best step": {name: best[name] for name in ("step", "perplexity")}}
    if said := overfitting(history):
        report(said)
    card |= {"history": history, "sha256": sha256(out / "model.safetensors")}
    write_json(out / "card.json", card)
    trainer.checkpoint.path.unlink(missing_ok=True)
    for stage in recipe.earlier:
        rmtree(out / stage.name)
    return card


def score(
    recipe: Recipe, folder: Path | str, source: Path | str = "world", split: str = "validation"
) -> dict[str, object]:
    """Score the model in `folder`, which a `Recipe` made, on a split of `source`.

    Returns:
        A dict: `left out`, the number of rows that the model can't read; `scores` by group; and, where the recipe has
        something to compare them with, `more_scores` scores, by what they are scores of.

    Raises:
        CourseError: the folder holds no such model, or the source can't be used.
    """
    recipe = recipe.on(source)
    bundle = on_device(recipe.restore(str(folder)))
    evaluation_set, left_out = recipe.evaluation_set(source, split, bundle)
    return {"left out": left_out, **scores_of(recipe, evaluation_set, bundle, "scores")}


def unfinished(out: Path | str) -> Path:
    """The folder `out`, as a Path. Raises CourseError when it holds a finished model already."""
    if (Path(out) / "card.json").exists():
        raise CourseError(f"{out} already holds a finished model; choose another folder, or delete it")
    return Path(out)


def try_out(folder: Path) -> None:
    """Write a file to the folder and remove it. Raises CourseError where that can't be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise CourseError(f"{folder} can't be written, so no model could be kept there: {error}") from None


def new_bundle(recipe: Recipe, rows: Rows, seed: int) -> Bundle:
    """Return the model before the training, with what goes with it."""
    starts = [load_bundle(name) for name in recipe.starts_from]
    seed_everything(seed)  # after models were read, which draws first weights, too
    return on_device(recipe.build(rows, *starts))


def on_device(bundle: Bundle) -> Bundle:
    """Move all models of the bundle to the fastest device."""
    for part in vars(bundle).values():
        if isinstance(part, nn.Module):
            part.to(pick_device())
    return bundle


def trainer_of(
    recipe: Recipe,
    source: Path | str,
    rows: Rows,
    evaluation_set: EvaluationSet,
    bundle: Bundle,
    folder: Path,
    report: Callable[[str], object],
) -> Trainer:
    """Return the `Trainer` of a stage, on the rows that fit."""
    sample = recipe.sample(evaluation_set)
    return Trainer(
        bundle.model,
        recipe.batches(rows, bundle, recipe.plan.seed),
        recipe.objective,
        recipe.plan,
        evaluate=lambda model: recipe.watch(sample, replace(bundle, model=model)),
        folder=folder,
        description={"source": str(source), recipe.items: len(rows), **asdict(bundle.model.config)},
        report=report,
    )


def store(recipe: Recipe, bundle: Bundle, out: Path) -> None:
    """Write what the recipe makes; the model then has the weights that were written, and is in eval mode."""
    product = recipe.product(bundle)
    save_model(product.model.to(recipe.dtype), out, *product.preparers)
    product.model.float()
    bundle.model.eval()


def describe(
    recipe: Recipe, source: Path | str, rows: Rows, bundle: Bundle, left_out: dict[str, int]
) -> dict[str, object]:
    """Return what the card says except the scores."""
    parameters = recipe.product(bundle).model.num_parameters()
    start = f", from {', '.join(recipe.starts_from)}" if recipe.starts_from else ""
    plans = {"earlier plans": {stage.name: stage.plan.as_dict() for stage in recipe.earlier}} if recipe.earlier else {}
    return {
        "recipe": recipe.name,
        "model": f"{recipe.about}, {parameters:,} parameters{start}",
        "source": str(source),
        f"training {recipe.items}": len(rows),
        **recipe.facts(rows, bundle),
        "left out": left_out,
        "settings": recipe.settings(),
        **plans,
        "plan": recipe.plan.as_dict(),
    }


def scores_of(recipe: Recipe, evaluation_set: EvaluationSet, bundle: Bundle, name: str) -> dict[str, object]:
    """Return the scores under this name, and those to compare them with."""
    scores, more_scores = recipe.evaluate(evaluation_set, bundle), recipe.more_scores(evaluation_set, bundle)
    return {name: scores} | ({"further": more_scores} if more_scores else {})


def recipe_of(folder: Path, recipes: dict[str, Recipe]) -> tuple[Recipe, str]:
    """The one of `recipes`, a dict by name, by which the model in `folder` was made, as its card says, and its source.

    Raises:
        CourseError: there is no card, or it names no recipe.
    """
    card = read_json(folder / "card.json") if (folder / "card.json").exists() else None
    if not isinstance(card, dict) or not isinstance(card.get("source"), str) or card.get("recipe") not in list(recipes):
        raise CourseError(
            f"{folder} has no card.json that names its recipe, so nobody knows how to score it; "
            f"expected a model that was made by one of {', '.join(recipes)}"
        )
    return recipes[card["recipe"]], card["source"]
