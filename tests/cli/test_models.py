"""`course train`, `course evaluate` and `course translate`, from a data set in a folder to sentences."""

import json

import pytest

from course_lib.cli import models
from course_lib.models import find_model
from course_lib.recipes import RECIPES
from tests.cli.conftest import course


def test_training_prints_its_log_the_scores_and_where_the_model_is(trained):
    folder, said = trained
    assert "step 0  seconds" in said
    assert "step 5  seconds" in said
    assert "validation  sentences  BLEU  exact %\nall                11" in said
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
    monkeypatch.setitem(RECIPES, "translator", lambda source, **settings: asked.update(settings))
    assert course("train", "translator", "--minutes", "3", "--seed", "7").exit_code == 0
    del asked["report"]
    assert asked == {"out": tmp_path / "trained" / "translator", "minutes": 3.0, "seed": 7}


def test_an_interrupted_training_says_how_to_go_on(monkeypatch):
    def interrupted(source, **settings):
        raise KeyboardInterrupt

    monkeypatch.setitem(RECIPES, "translator", interrupted)
    result = course("train", "translator")
    assert result.exit_code == 130
    assert "the same command goes on" in result.stderr


@pytest.mark.parametrize("minutes", ["0", "-1", "soon"])
def test_minutes_are_a_positive_number(minutes):
    assert course("train", "translator", "--minutes", minutes).exit_code == 2


def test_evaluate_scores_both_searches_on_what_the_model_was_trained_on(trained):
    folder, _ = trained
    header, *rows = course("evaluate", folder).stdout.splitlines()[2:]
    assert header.split() == ["search", "group", "sentences", "BLEU", "exact", "%", "seconds"]
    assert [row.split("  ")[0] for row in rows] == ["greedy", "beam 5"]


def test_evaluate_prints_nothing_but_json_when_asked_for_json(trained, pairs):
    folder, _ = trained
    report = json.loads(course("evaluate", folder, "--json", "--split", "train").stdout)
    assert (report["model"], report["source"], report["split"]) == (str(folder), str(pairs), "train")
    assert [(score["search"], score["sentences"]) for score in report["scores"]] == [("greedy", 60), ("beam 5", 60)]
    assert all(0 <= score["bleu"] <= 100 and score["seconds"] > 0 for score in report["scores"])


def test_a_model_without_a_card_is_scored_on_the_little_world(tmp_path):
    assert models.source_of(tmp_path) == "world"


def test_each_sentence_is_translated_to_one_line(trained):
    folder, _ = trained
    result = course("translate", "um dois", "três", "--model", folder)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_sentences_may_come_line_by_line_from_the_standard_input(arguments, trained):
    folder, _ = trained
    typed = course("translate", "um dois", "três", "--model", folder, "--beam", "1").stdout
    piped = course("translate", *arguments, "--model", folder, "--beam", "1", input="um dois\n\ntrês\n").stdout
    assert piped == typed


def test_an_empty_sentence_is_refused(trained):
    folder, _ = trained
    result = course("translate", " ", "--model", folder)
    assert result.exit_code == 2
    assert "the sentence is empty" in result.stderr
