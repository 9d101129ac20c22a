"""Preferences: margins are differences of scores at the last token, and accuracy counts those above zero."""

import pytest
import torch
from datasets import Dataset

from course_lib.data import ChatTemplate
from course_lib.evaluation import evaluate_preferences, preference_margins
from tests.chats import ANSWERS, QUESTIONS, assistant, chat_tokenizer, user
from tests.models.tiny import tiny_scorer


def rows(held_out=None):
    pairs = [
        {"chosen": [user(q), assistant(a)], "rejected": [user(q), assistant(a + " " + b)]}
        for q, a, b in zip(QUESTIONS[:4], ANSWERS, ANSWERS[1:] + ANSWERS[:1], strict=True)
    ]
    columns = {side: [pair[side] for pair in pairs] for side in ("chosen", "rejected")}
    return Dataset.from_dict(columns | ({"held_out": held_out} if held_out else {}))


@pytest.fixture
def scorer():
    return tiny_scorer(vocab_size=len(chat_tokenizer()), max_length=97)


@torch.no_grad()
def test_a_margin_is_the_difference_of_the_scores_at_the_last_tokens(scorer):
    template = ChatTemplate(chat_tokenizer())
    margins = preference_margins(scorer, chat_tokenizer(), rows(), tokens_per_batch=300)
    for row, margin in zip(rows(), margins, strict=True):
        scores = [scorer(torch.tensor([template.training(row[side]).ids]))[0, -1] for side in ("chosen", "rejected")]
        assert margin.item() == pytest.approx(float(scores[0] - scores[1]), abs=1e-5)


def test_accuracy_is_the_share_of_positive_margins_in_each_group(scorer):
    kinds = ["", "new", "", "new"]
    right = preference_margins(scorer, chat_tokenizer(), rows()) > 0
    scores = evaluate_preferences(scorer, chat_tokenizer(), rows(kinds))
    assert {name: group.pairs for name, group in scores.items()} == {"all": 4, "": 2, "new": 2}
    for name, members in {"all": [0, 1, 2, 3], "": [0, 2], "new": [1, 3]}.items():
        assert scores[name].accuracy == pytest.approx(100 * right[members].float().mean().item())


def test_a_scorer_that_says_the_same_of_all_prefers_nothing(scorer):
    torch.nn.init.zeros_(scorer.score.weight)
    assert evaluate_preferences(scorer, chat_tokenizer(), rows())["all"].accuracy == 0.0
