"""`course translate`: lines in, lines out, and what the model has never met."""

import json

import pytest

from course_lib.data import MetWords
from course_lib.runtime import MODELS
from tests.toys import WORDS
from tests.workshop.cli.conftest import course


def test_translate_says_which_kind_of_model_it_needs(llm):
    result = course("translate", "um dois", "--model", llm)
    assert result.exit_code == 2
    assert f'the model "{llm}" must be an instance of Translator, got Llm' in result.stderr


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


@pytest.mark.parametrize("beam", ["0", "101", "1000000"])
def test_a_beam_is_from_1_to_100_wide(beam):
    assert course("translate", "um", "--beam", beam).exit_code == 2


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_sentences_may_come_line_by_line_from_the_standard_input(arguments, trained):
    folder, _ = trained
    typed = course("translate", "um dois", "três", "--model", folder, "--beam", "1").stdout
    piped = course("translate", *arguments, "--model", folder, "--beam", "1", input="um dois\n\ntrês\n").stdout
    assert piped == typed


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_sentence_is_refused(empty, trained):
    folder, _ = trained
    result = course("translate", empty, "--model", folder)
    assert result.exit_code == 2
    assert f"a sentence must contain some text, got {empty!r}" in result.stderr
