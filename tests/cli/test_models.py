"""`course train`, `course evaluate` and `course translate`, from a data set in a folder to sentences."""

import json
import sys

import pytest

from course_lib import recipes
from course_lib.cli import models
from course_lib.data import MetWords
from course_lib.errors import CourseError
from course_lib.models import find_model, save_model
from course_lib.recipes import RECIPES
from course_lib.runtime import MODELS
from tests.chats import chat_llm, chat_tokenizer
from tests.cli.conftest import course
from tests.toys import WORDS


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
    assert "the same command goes on" in result.stderr


@pytest.mark.parametrize("minutes", ["0", "-1", "soon"])
def test_minutes_are_a_positive_number(minutes):
    assert course("train", "translator", "--minutes", minutes).exit_code == 2


def test_train_without_a_name_lists_what_can_be_trained():
    header, *lines = course("train").stdout.splitlines()
    assert header.split() == ["recipe", "makes", "a", "from", "steps"]
    assert [line.split()[0] for line in lines] == list(RECIPES)


def test_evaluate_without_a_name_lists_the_shipped_models():
    header, *lines = course("evaluate").stdout.splitlines()
    assert header.split() == ["model", "is", "a", "made", "on", "scored", "by"]
    assert [line.split()[0] for line in lines] == sorted(RECIPES)


def test_each_shipped_model_was_made_by_the_recipe_of_its_name():
    for name, recipe in RECIPES.items():
        assert recipes.recipe_of(MODELS / name, RECIPES) == (recipe, "world")


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
        assert f'unknown source "{source}"' in result.stderr


@pytest.fixture(scope="session")
def llm(tmp_path_factory):
    """The folder of a model of another kind, without a card."""
    folder = tmp_path_factory.mktemp("llm")
    save_model(chat_llm(), folder, chat_tokenizer())
    return folder


def test_translate_says_which_kind_of_model_it_needs(llm):
    result = course("translate", "um dois", "--model", llm)
    assert result.exit_code == 2
    assert f'"{llm}" is a Llm; expected a Translator' in result.stderr


def test_words_that_the_model_has_never_met_are_named_apart_from_the_translation(trained):
    folder, _ = trained
    result = course("translate", "Um robô dois robô, onze", "--model", folder)
    assert result.stderr.strip() == "never met: robô, ,, onze"
    assert len(result.stdout.splitlines()) == 1
    assert course("translate", "Um dois", "--model", folder).stderr == ""


def test_of_several_sentences_it_says_which_has_words_never_met(trained):
    folder, _ = trained
    result = course("translate", "um", "onze", "dois", "--model", folder)
    assert result.stderr.strip() == "sentence 2, never met: onze"


def test_translate_as_json_has_the_words_never_met(trained):
    folder, _ = trained
    rows = json.loads(course("translate", "um robô", "dois", "--model", folder, "--json").stdout)
    assert [(row["portuguese"], row["never met"]) for row in rows] == [("um robô", ["robô"]), ("dois", [])]
    assert [row["english"] for row in rows] == course("translate", "um robô", "dois", "--model", folder).stdout.split(
        "\n"
    )[:2]


def test_the_words_of_a_training_lie_beside_its_model(trained):
    folder, _ = trained
    assert MetWords.load(folder / MetWords.file).words == set(WORDS)


def test_the_shipped_translator_knows_which_words_it_has_met():
    met = MetWords.load(MODELS / "translator" / MetWords.file)
    assert met.missing("Este é o primeiro livro que eu fiz.") == []
    assert met.missing("eu amo você.") == ["amo"]


def test_bytes_that_are_no_text_are_named_and_spoil_no_other_sentence(trained):
    folder, _ = trained
    result = course("translate", "--model", folder, input=b"\xff dois\num dois\n")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.strip() == "sentence 1, never met: \ufffd"
    assert course("translate", "\udcff dois", "--model", folder).stderr.strip() == "never met: \ufffd"


def test_without_a_standard_input_a_sentence_says_so(trained, monkeypatch):
    folder, _ = trained
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CourseError, match="there is no standard input"):
        models.lines()


@pytest.mark.parametrize("beam", ["0", "101", "1000000"])
def test_a_beam_is_from_1_to_100_wide(beam):
    assert course("translate", "um", "--beam", beam).exit_code == 2


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
