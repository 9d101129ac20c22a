"""Scores of translations: exact ones are perfect, letters' case doesn't count, and every group has its own."""

import pytest
import sacrebleu
import torch
from datasets import Dataset

from course_lib.evaluation import evaluate_translator, score_translations
from course_lib.generation import beam, translate
from tests.toys import sentence_rows, tiny_translator, toy_tokenizer

REFERENCES = ["the cat sees a small bird .", "they didn't buy the red book .", "who lives here ?"]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return tiny_translator(vocab_size=len(toy_tokenizer()))


def test_the_references_themselves_are_perfect_whatever_their_case():
    scores = score_translations([reference.title() for reference in REFERENCES], REFERENCES)
    assert scores.bleu == pytest.approx(100.0)
    assert (scores.sentences, scores.exact) == (3, 100.0)


def test_bleu_is_that_of_sacrebleu_over_the_whole_corpus():
    translations = ["The cat sees a bird .", "they didn't buy the red book .", "who lives there ?"]
    scores = score_translations(translations, REFERENCES)
    expected = sacrebleu.corpus_bleu([t.lower() for t in translations], [REFERENCES], force=True).score
    assert scores.bleu == pytest.approx(expected)
    assert 0 < scores.bleu < 100
    assert scores.exact == pytest.approx(100 / 3)


def test_every_group_is_scored_alone_and_all_together(model):
    rows = sentence_rows(7)
    own = translate([row["translation"]["pt"] for row in rows], model, toy_tokenizer())
    kinds = ["sentence", "combination", "sentence", "sentence", "combination", "sentence", "sentence"]
    for i in (0, 1, 2):  # these the model gets right
        rows[i]["translation"]["en"] = own[i]
    rows = [row | {"held_out": kind} for row, kind in zip(rows, kinds, strict=True)]
    scores = evaluate_translator(model, toy_tokenizer(), Dataset.from_list(rows))
    assert {name: (score.sentences, score.exact) for name, score in scores.items()} == {
        "all": (7, pytest.approx(300 / 7)),
        "sentence": (5, pytest.approx(40.0)),
        "combination": (2, pytest.approx(50.0)),
    }


def test_the_search_is_the_one_asked_for(model, shapes_unchecked):
    rows = sentence_rows(7)
    found = translate([row["translation"]["pt"] for row in rows], model, toy_tokenizer(), beam(5))
    for row, translation in zip(rows, found, strict=True):
        row["translation"]["en"] = translation
    rows = Dataset.from_list(rows)
    assert evaluate_translator(model, toy_tokenizer(), rows, beam(5))["all"].exact == 100.0
    assert evaluate_translator(model, toy_tokenizer(), rows)["all"].exact < 100.0
