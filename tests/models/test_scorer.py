"""A scorer has the body of a language model, and a number for each token."""

import torch

from course_lib.models import Scorer
from tests.models.tiny import tiny_llm, tiny_scorer
from tests.parity import B, T

TOKENS = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])


def test_a_scorer_starts_with_the_body_of_the_language_model_and_scores_of_zero():
    llm = tiny_llm()
    scorer = Scorer.from_llm(llm)
    assert torch.equal(scorer.hidden(TOKENS), llm.hidden(TOKENS))
    assert torch.equal(scorer(TOKENS), torch.zeros(B, T))
    assert tiny_scorer()(TOKENS).shape == (B, T)


def test_the_language_model_is_copied():
    llm = tiny_llm()
    scorer, before = Scorer.from_llm(llm), llm(TOKENS)
    with torch.no_grad():
        for parameter in scorer.parameters():
            parameter.add_(1.0)
    assert torch.equal(llm(TOKENS), before)
