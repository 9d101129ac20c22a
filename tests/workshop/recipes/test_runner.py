"""What holds for all recipes: from data to a card that the scores of the folder repeat, whole and interrupted."""

import json
import os
import random
import shutil
from dataclasses import replace
from math import log
from types import SimpleNamespace

import datasets
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import read_json, read_tensors, sha256, write_json
from course_lib.models import load_model
from course_lib.training import Plan
from course_lib.workshop.recipes import RECIPES, base, recipe_of, run, runner, score
from course_lib.workshop.recipes.overfitting import best_step, overfitting
from tests.training.runs import untimed
from tests.workshop.recipes.conftest import Interrupted
from tests.workshop.recipes.toys import longer, quiet, row

LONG = "Hello! " * 200
AGAIN = pytest.mark.usefixtures("shapes_unchecked")  # those that a recipe computes are checked in the first test
SEEING_AGAIN = {"connector-smollm2", "vlm-aligned"}  # they see and learn as others do
ALSO_INTERRUPTED = [pytest.param(name, marks=pytest.mark.slow) for name in ("base", "vit", "clip")]
PREPARERS = {
    "translator": {"tokenizer.json", "words.json"},
    "connector": set(),
    "connector-smollm2": set(),
    "vlm-smollm2": set(),
    "vit": {"preprocessor_config.json"},
    "clip": {"tokenizer.json", "preprocessor_config.json"},
    "vlm": {"tokenizer.json", "preprocessor_config.json"},
    "vlm-aligned": {"tokenizer.json", "preprocessor_config.json"},
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SEEING_AGAIN else name for name in RECIPES]
)
def test_a_recipe_ends_with_a_card_which_the_scores_of_its_folder_repeat(name, toys, tmp_path):
    recipe, source = toys[name]
    out = tmp_path / "out"
    lines = []
    card = run(recipe, source, out=out, seed=3, report=lines.append)
    assert json.loads(json.dumps(card)) == read_json(out / "card.json")
    assert recipe_of(out, RECIPES) == (RECIPES[name], source)
    assert (card["recipe"], card["plan"]["seed"]) == (name, 3)
    assert card["left out"] == {"train": 0, "validation": 0}
    assert card["sha256"] == sha256(out / "model.safetensors")
    assert card["history"][-1]["step"] == recipe.plan.steps
    assert lines[-1].startswith(f"step {recipe.plan.steps} ")
    model, *_ = load_model(str(out))
    assert f"{recipe.about}, {model.num_parameters():,} parameters" in card["model"]
    files = {"card.json", "config.json", "model.safetensors"} | PREPARERS.get(name, {"tokenizer.json"})
    assert {path.name for path in out.iterdir()} == files
    again = score(recipe, out, source)
    assert again["left out"] == 0
    assert again["scores"] == near(card["validation"])
    assert again.get("further", {}) == near(card.get("further", {}))


def near(scores):
    """Equal but for rounding."""
    if isinstance(scores, dict):
        return {name: near(value) for name, value in scores.items()}
    return pytest.approx(scores, rel=1e-5, abs=1e-6)


@AGAIN
@pytest.mark.parametrize("name", ["translator", "vlm", *ALSO_INTERRUPTED])
def test_an_interrupted_training_goes_on_to_the_same_weights(name, toys, tmp_path):
    recipe, source = toys[name]
    whole = run(recipe, source, out=tmp_path / "whole", report=quiet)
    with pytest.raises(KeyboardInterrupt):
        run(recipe, source, out=tmp_path / "parts", report=Interrupted(len(whole["history"]) - 1))
    lines = []
    parts = run(recipe, source, out=tmp_path / "parts", report=lines.append)
    assert lines[0].startswith("resumed at step ")
    assert parts["sha256"] == whole["sha256"]
    assert untimed(parts["history"]) == untimed(whole["history"])


@AGAIN
@pytest.mark.parametrize("name", ["translator", "connector"])
def test_another_seed_makes_another_model(name, toys, tmp_path):
    recipe, source = toys[name]
    cards = [run(recipe, source, out=tmp_path / str(seed), seed=seed, report=quiet) for seed in (0, 1)]
    assert cards[0]["sha256"] != cards[1]["sha256"]


@AGAIN
def test_each_stage_learns_its_own_rows_drawn_with_the_seed_of_the_run(toys, tmp_path, monkeypatch):
    recipe, source = toys["vlm"]
    kind, asked = type(recipe), []
    load, batches = kind.load, kind.batches
    counts = {"what": 3, "whether": 5, "vlm": 7}

    def spy(self, rows, bundle, seed):
        asked.append((self.name, len(rows), seed))
        return batches(self, rows, bundle, seed)

    monkeypatch.setattr(kind, "load", lambda self, *split: load(self, *split).select(range(counts[self.name])))
    monkeypatch.setattr(kind, "batches", spy)
    run(recipe, source, out=tmp_path, seed=7, report=quiet)
    assert asked == [(name, count, 7) for name, count in counts.items()]


OTHERWISE = {
    "from a source of another name": lambda recipe, data: (recipe, data.rename(f"{data}-moved")),
    "with more rows": lambda recipe, data: (recipe, with_a_row_more(data)),
    "with another context": lambda recipe, data: (replace(recipe, sizes=recipe.sizes | {"max_length": 89}), data),
}


def with_a_row_more(data):
    with open(data / "train.jsonl", "a") as file:
        file.write('\n{"text": "um dois"}')
    return data


@pytest.mark.parametrize("change", OTHERWISE.values(), ids=OTHERWISE.keys())
def test_an_interrupted_training_does_not_go_on_otherwise(change, toys, tmp_path):
    recipe, source = toys["base"]
    data = shutil.copytree(source, tmp_path / "data")
    with pytest.raises(KeyboardInterrupt):
        run(recipe, str(data), out=tmp_path / "out", report=Interrupted(4))
    recipe, data = change(recipe, data)
    with pytest.raises(CourseError, match="belongs to another run"):
        run(recipe, str(data), out=tmp_path / "out", report=quiet)


@pytest.mark.parametrize("name", RECIPES)
def test_a_finished_folder_is_refused_before_anything_is_read(name, tmp_path):
    (tmp_path / "card.json").touch()
    with pytest.raises(CourseError, match="already holds a finished model"):
        run(RECIPES[name], "no such data", out=tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="asks for the files of /proc")
def test_a_folder_that_cannot_be_written_is_refused_before_the_first_step(toys):
    recipe, source = toys["base"]
    lines = []
    with pytest.raises(CourseError, match="/proc/model can't be written, so no model could be kept there"):
        run(recipe, source, out="/proc/model", report=lines.append)
    assert lines == []


TOO_LONG = {
    "translator": {"translation": {"pt": LONG, "en": "words"}},
    "chat": {"instruction": LONG, "context": "", "response": "Hello!", "category": "talk"},
    "reward": {
        side: [{"role": "user", "content": LONG}, {"role": "assistant", "content": text}]
        for side, text in (("chosen", "a"), ("rejected", "b"))
    },
    "clip": {"image": "train0.png", "caption": LONG},
}
TOO_LONG["aligned"] = TOO_LONG["reward"]
PICTURE = row("red")
TOO_LONG["vlm"] = PICTURE | {"texts": [PICTURE["texts"][0] | {"user": LONG}]}


@AGAIN
@pytest.mark.parametrize("name", TOO_LONG)
def test_a_row_that_the_model_cannot_read_is_left_out_and_counted(name, toys, tmp_path):
    recipe, source = toys[name]
    counts = add_rows(source, tmp_path / "data", {"train": [TOO_LONG[name]], "validation": [TOO_LONG[name]] * 2})
    lines = []
    card = run(recipe, str(tmp_path / "data"), out=tmp_path / "out", report=lines.append)
    assert card["left out"] == {"train": 1, "validation": 2}
    assert any(f"1 of {counts['train']} {recipe.items} are left out" in line for line in lines)
    assert card[f"training {recipe.items}"] == counts["train"] - 1
    assert score(recipe, tmp_path / "out", str(tmp_path / "data"), "train")["left out"] == 1


def add_rows(source, folder, more):
    """Copy a data set to `folder` with more rows in each split; how many rows each has then."""
    shutil.copytree(source, folder)
    counts = {}
    for split, new in more.items():
        if (table := folder / f"{split}.parquet").exists():
            rows = datasets.Dataset.from_parquet(str(table)).to_list()
            datasets.Dataset.from_list([*rows, *new]).to_parquet(table)
            counts[split] = len(rows) + len(new)
        else:
            with open(folder / f"{split}.jsonl", "a") as file:
                file.writelines("\n" + json.dumps(row) for row in new)
            counts[split] = len((folder / f"{split}.jsonl").read_text().splitlines())
    return counts


def test_where_nothing_fits_a_sentence_says_so(toys, tmp_path):
    recipe, _ = toys["translator"]
    for split, text in (("train", "um dois"), ("validation", LONG)):
        (tmp_path / f"{split}.jsonl").write_text(json.dumps({"translation": {"pt": text, "en": "words"}}) + "\n")
    with pytest.raises(CourseError, match="none of 1 pairs fits into the model's context"):
        run(recipe, str(tmp_path), out=tmp_path / "out", report=quiet)


def test_weights_may_be_stored_in_16_bits_and_the_card_is_about_these(toys, tmp_path):
    recipe, source = toys["base"]
    half = replace(recipe, dtype=torch.bfloat16)
    card = run(half, source, out=tmp_path, report=quiet)
    tensors, _ = read_tensors(tmp_path / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.bfloat16}
    assert score(half, tmp_path, source)["scores"] == card["validation"]


def test_only_the_main_process_writes(toys, tmp_path, monkeypatch):
    class Other(runner.Trainer):
        def train(self):
            self.accelerator = SimpleNamespace(is_main_process=False)

    monkeypatch.setattr(runner, "Trainer", Other)
    recipe, source = toys["base"]
    assert run(recipe, source, out=tmp_path, report=quiet) is None
    assert not list(tmp_path.iterdir())


def test_minutes_take_the_place_of_steps_and_all_stages_share_them():
    recipe = RECIPES["vlm"].planned(minutes=10.0, seed=7)
    plans = [stage.plan for stage in (*recipe.earlier, recipe)]
    assert {(plan.steps, plan.minutes, plan.seed) for plan in plans} == {(None, 2.5, 7)}
    assert RECIPES["base"].planned(seed=3).plan == replace(RECIPES["base"].plan, seed=3)
    with pytest.raises(CourseError, match=r"got None and 0"):
        RECIPES["base"].planned(minutes=0)


def test_the_recipe_for_the_source_is_run_and_scores(toys, tmp_path, monkeypatch):
    recipe, source = toys["base"]
    monkeypatch.setattr(type(recipe), "evaluate", lambda self, *_: {"all": {"perplexity": self.sampled}})
    others = {"about": "model of other texts", "sampled": 2, "plan": replace(recipe.plan, steps=3)}
    on_other_data = replace(recipe, on_other_data=others)
    card = run(on_other_data, source, out=tmp_path, seed=7, report=quiet)
    assert card["model"].startswith("model of other texts")
    assert (card["plan"]["steps"], card["plan"]["seed"]) == (3, 7)
    assert card["settings"]["sampled"] == 2
    assert score(on_other_data, tmp_path, source)["scores"] == card["validation"] == {"all": {"perplexity": 2}}


def test_the_log_is_about_a_sample_and_the_card_about_all(toys, tmp_path, monkeypatch):
    asked, evaluate = [], base.evaluate_language_model

    def spy(model, tokenizer, rows):
        asked.append(len(rows))
        return evaluate(model, tokenizer, rows)

    monkeypatch.setattr(base, "evaluate_language_model", spy)
    recipe, source = toys["base"]
    run(replace(recipe, sampled=2), source, out=tmp_path, report=quiet)
    assert asked == [2, 2, 2, 2, 2, 2, 7]


@AGAIN
def test_overfitting_is_named_and_the_card_has_the_best_step(toys, tmp_path):
    dice, lines = random.Random(3), []
    for split, count in {"train": 8, "validation": 7}.items():
        texts = [" ".join(dice.choices("abcdefgh", k=9)) for _ in range(count)]
        rows = [json.dumps({"text": text}) for text in texts]
        (tmp_path / f"{split}.jsonl").write_text("\n".join(rows))
    recipe = longer(toys["base"][0], 200, evaluations=10, saves=1)
    card = run(recipe, tmp_path, out=tmp_path / "model", report=lines.append)
    best, last = min(card["history"], key=lambda entry: entry["perplexity"]), card["history"][-1]
    assert last["perplexity"] > 2 * best["perplexity"]
    assert card["best step"] == {name: best[name] for name in ("step", "perplexity")}
    assert "overfits" in lines[-1] and f"best after about {best['step']} steps" in lines[-1]
    assert f"{log(best['perplexity']):.2f} to {log(last['perplexity']):.2f}" in lines[-1]


def test_a_model_that_still_improves_is_not_said_to_overfit():
    falling = [{"step": step, "loss": 1 / step, "perplexity": 9 - step} for step in (1, 2, 3)]
    assert best_step([{"step": 0, "perplexity": 20.0}, *falling])["step"] == 3
    assert overfitting(falling) is None
    worse = {"step": 4, "loss": 0.9, "perplexity": 7.0}
    assert overfitting([*falling, worse]) is None, "the training loss rises as well"
    assert best_step([{"step": 5, "bleu": 3.0}]) is None and overfitting([{"step": 5, "bleu": 3.0}]) is None


def test_of_another_source_other_settings_hold_in_all_stages():
    recipe = RECIPES["vlm"].on("mine")
    stages = (*recipe.earlier, recipe)
    assert {(stage.captions, stage.practice) for stage in stages} == {(False, None)}
    assert [stage.plan for stage in stages] == [stage.plan for stage in (*RECIPES["vlm"].earlier, RECIPES["vlm"])]
    assert RECIPES["vlm"].on("world") is RECIPES["vlm"]


@AGAIN
def test_stages_are_learned_in_their_order_each_with_its_own_plan_and_data(toys, tmp_path):
    recipe, source = toys["vlm"]
    lines = []
    card = run(recipe, source, out=tmp_path, report=lines.append)
    steps = [stage.plan.steps for stage in (*recipe.earlier, recipe)]
    assert steps == [3, 4, 7]
    assert [line.split()[1] for line in lines][:5] == ["0", "3", "0", "4", "0"]
    assert list(card["earlier plans"]) == ["what", "whether"]


@pytest.mark.parametrize(
    "card",
    [None, {}, [], {"recipe": "soup", "source": "world"}, {"recipe": ["base"], "source": "world"}, {"recipe": "base"}],
)
def test_a_folder_that_no_recipe_made_cannot_be_scored(card, tmp_path):
    if card is not None:
        write_json(tmp_path / "card.json", card)
    with pytest.raises(CourseError, match=r"has no card.json that names its recipe.*one of translator, bert, base"):
        recipe_of(tmp_path, RECIPES)


def test_settings_are_the_objective_and_what_no_other_recipe_has():
    settings = RECIPES["vit"].settings()
    assert (settings["objective"], settings["sizes"]) == ("Classification", RECIPES["vit"].sizes)
    assert RECIPES["aligned"].settings()["kl_weight"] == RECIPES["aligned"].objective.kl_weight
    smoothing = [RECIPES["translator"].on(source).settings()["label_smoothing"] for source in ("world", "mine")]
    assert smoothing == [0.0, 0.1]
    for recipe in RECIPES.values():
        json.dumps(recipe.settings())
        assert isinstance(recipe.plan, Plan)
