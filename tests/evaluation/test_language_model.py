"""Perplexity: what knows nothing hesitates between all tokens; every token counts once, whatever its company."""

import pytest
import torch
import torch.nn.functional as F
from datasets import Dataset

from course_lib.evaluation import evaluate_language_model, score_texts
from tests.models.tiny import tiny_llm
from tests.toys import MAX_LENGTH, V, toy_tokenizer

TEXTS = [[5, 9, 4, 7, 2], [8, 3, 2], [6, 10, 4, 5, 4, 9, 2]]
STORIES = ["um dois", "três", "quatro cinco seis", "dez nove oito sete", "um um", "dois três", "nove"]
KINDS = ["story", "word", "story", "story", "word", "story", "word"]


def rows(**columns):
    return Dataset.from_dict({"text": STORIES, **columns})


@pytest.fixture
def model():
    return tiny_llm(vocab_size=len(toy_tokenizer()))


def test_a_model_that_knows_nothing_has_the_perplexity_of_its_vocabulary():
    model = tiny_llm()
    model.embedding.table.weight.data.zero_()
    assert score_texts(model, TEXTS).perplexity == pytest.approx(V)


def test_the_loss_is_the_mean_over_all_tokens_not_over_texts():
    model = tiny_llm()
    logits = [model(torch.tensor([[1, *text[:-1]]]))[0] for text in TEXTS]
    expected = F.cross_entropy(torch.cat(logits), torch.tensor(sum(TEXTS, [])))
    assert score_texts(model, TEXTS).loss == pytest.approx(float(expected.detach()), rel=1e-5)


def test_the_size_of_a_batch_makes_no_difference():
    model = tiny_llm()
    small, large = (score_texts(model, TEXTS, tokens_per_batch=tokens) for tokens in (7, 1000))
    assert small.loss == pytest.approx(large.loss, rel=1e-5)


def test_a_model_in_training_goes_on_training():
    model = tiny_llm(dropout=0.5).train()
    assert score_texts(model, TEXTS) == score_texts(model, TEXTS)
    assert model.training


def test_the_losses_of_the_groups_add_up(model):
    scores = evaluate_language_model(model, toy_tokenizer(), rows(held_out=KINDS))
    tokens = dict.fromkeys(KINDS, 0)
    for text, kind in zip(STORIES, KINDS, strict=True):
        tokens[kind] += len(toy_tokenizer().encode(text))
    assert {name: score.texts for name, score in scores.items()} == {"all": 7, "story": 4, "word": 3}
    total = sum(scores[kind].loss * count for kind, count in tokens.items())
    assert scores["all"].loss == pytest.approx(total / sum(tokens.values()), rel=1e-5)
    assert scores["story"].loss != pytest.approx(scores["word"].loss, rel=1e-3)


def test_a_text_longer_than_the_context_is_cut_there(model):
    long = "um dois três quatro cinco " * MAX_LENGTH
    ids = toy_tokenizer().encode(long)
    assert len(ids) > MAX_LENGTH
    score = evaluate_language_model(model, toy_tokenizer(), Dataset.from_dict({"text": [long]}))["all"]
    assert score == score_texts(model, [ids[:MAX_LENGTH]])
