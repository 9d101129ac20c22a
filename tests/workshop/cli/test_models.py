"""`course train`, `course evaluate` and `course translate`, from a data set in a folder to sentences."""

import json

import pytest

from course_lib.models import find_model
from course_lib.runtime import MODELS
from course_lib.workshop import recipes
from course_lib.workshop.recipes import RECIPES
from course_lib.workshop.recipes.translator import TranslatorRecipe
from tests.workshop.cli.conftest import course

SHIPPED = sorted(path.parent.name for path in MODELS.glob("*/card.json"))


def test_training_prints_its_log_the_scores_and_where_the_model_is(trained):
    folder, said = trained
    assert "step 0  seconds" in said
    assert "step 5  seconds" in said
    assert "group  sentences  BLEU  exact %\nall           11" in said
    assert said.endswith(f"The model is in {folder}\n")
    assert find_model(str(folder)) == folder


def test_a_finished_model_is_never_overwritten(trained, pairs, tiny_recipe):
    folder, _ = trained
    before = (folder / "model.safetensors").read_bytes()
    result = course("train", "translator", "--source", pairs, "--out", folder)
    assert result.exit_code == 2
    assert "already holds a finished model" in result.stderr
    assert (folder / "model.safetensors").read_bytes() == before


def test_a_model_goes_to_the_cache_if_no_folder_is_named(monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(recipes, "run", lambda recipe, source, **settings: asked.update(settings))
    assert course("train", "translator", "--minutes", "3", "--seed", "7").exit_code == 0
    del asked["report"]
    assert asked == {"out": tmp_path / "trained" / "translator", "minutes": 3.0, "seed": 7}


def test_an_interrupted_training_says_how_to_go_on(monkeypatch):
    def interrupted(recipe, source, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(recipes, "run", interrupted)
    result = course("train", "translator")
    assert result.exit_code == 130
    assert "run the command again" in result.stderr


@pytest.mark.parametrize("minutes", ["0", "-1", "soon"])
def test_minutes_are_a_positive_number(minutes):
    assert course("train", "translator", "--minutes", minutes).exit_code == 2


def test_train_without_a_name_lists_what_can_be_trained():
    _, *lines = course("train").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(RECIPES)


def test_evaluate_without_a_name_lists_the_shipped_models():
    _, *lines = course("evaluate").stdout.splitlines()
    assert [line.split()[0] for line in lines] == SHIPPED


def test_each_shipped_model_was_made_by_the_recipe_of_its_name():
    for name in SHIPPED:
        assert recipes.recipe_of(MODELS / name, RECIPES) == (RECIPES[name], "world")


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_has_its_model(name):
    assert name in SHIPPED, (
        f"no model yet: `course train {name} --out data/models/{name}` trains the one that is shipped"
    )


def test_evaluate_scores_both_searches_on_what_the_model_was_trained_on(trained, pairs):
    folder, said = trained
    first, *tables = course("evaluate", folder).stdout.split("\n\n")
    assert first.startswith(f"{folder} on {pairs}, validation, ")
    assert [table.splitlines()[0].split()[0] for table in tables] == ["group", "beam"]
    assert all(table.strip() in said for table in tables), "as the training said"


def test_evaluate_prints_nothing_but_json_when_asked_for_json(trained, pairs):
    folder, _ = trained
    report = json.loads(course("evaluate", folder, "--json", "--split", "train").stdout)
    assert (report["model"], report["recipe"]) == (str(folder), "translator")
    assert (report["source"], report["split"], report["left out"]) == (str(pairs), "train", 0)
    assert report["seconds"] > 0
    for scores in (report["scores"], report["further"]["beam 5"]):
        assert scores["all"]["sentences"] == 60
        assert 0 <= scores["all"]["bleu"] <= 100


def test_no_pair_of_a_file_is_both_trained_on_and_scored(pairs, tiny_recipe, monkeypatch, tmp_path):
    seen = {"batches": [], "evaluate": []}
    for step, texts in seen.items():
        original = getattr(TranslatorRecipe, step)

        def spy(self, rows, *kit, original=original, texts=texts, **settings):
            texts.append({pair["pt"] for pair in rows["translation"]})
            return original(self, rows, *kit, **settings)

        monkeypatch.setattr(TranslatorRecipe, step, spy)
    file = pairs / "train.jsonl"
    trained = course("train", "translator", "--source", file, "--out", tmp_path)
    assert (trained.exit_code, trained.stderr) == (0, "")
    scored = course("evaluate", tmp_path, "--json")
    card, again = json.loads((tmp_path / "card.json").read_text()), json.loads(scored.stdout)
    assert card["source"] == again["source"] == str(file)
    assert card["validation"]["all"]["sentences"] == again["scores"]["all"]["sentences"] > 3
    assert seen["batches"]
    assert len(seen["evaluate"]) > 2
    assert not set().union(*seen["batches"]) & set().union(*seen["evaluate"])


def test_a_folder_that_no_recipe_made_is_not_scored_and_the_message_says_why(llm):
    result = course("evaluate", llm)
    assert result.exit_code == 2
    assert "has no card.json that names its recipe" in result.stderr


@pytest.mark.parametrize("source", ["", " "])
def test_an_empty_source_is_unknown_and_not_the_current_folder(source, trained):
    folder, _ = trained
    for arguments in (["evaluate", folder], ["train", "base"]):
        result = course(*arguments, "--source", source)
        assert result.exit_code == 2
        assert f'got "{source}"' in result.stderr
