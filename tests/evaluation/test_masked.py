"""Guesses behind masks: only what is hidden counts."""

import torch

from course_lib.data import MaskTokens
from course_lib.evaluation import evaluate_masked
from course_lib.models import Bert, BertConfig

MASK, V = 3, 23


def tiny_bert():
    torch.manual_seed(0)
    return Bert(BertConfig(vocab_size=V, d_model=14, d_ff=11, num_heads=2, num_layers=1)).eval()


def texts():
    return torch.randint(4, V, (17, 13), generator=torch.Generator().manual_seed(1)).tolist()


def test_the_scores_are_those_of_the_hidden_places_alone():
    model, scores = tiny_bert(), evaluate_masked(tiny_bert(), texts(), MASK, 0.4, seed=5)
    batch = MaskTokens(MASK, V, 0.4)(texts(), torch.Generator().manual_seed(5))
    hidden = batch.tokens == MASK
    assert 0 < hidden.sum() < batch.is_label.sum()
    with torch.no_grad():
        logits, labels = model(batch.tokens)[hidden], batch.labels[hidden]
    assert scores.texts == 17
    assert abs(scores.loss - float(torch.nn.functional.cross_entropy(logits, labels))) < 1e-5
    assert abs(scores.guessed - 100 * float((logits.argmax(dim=-1) == labels).float().mean())) < 1e-4


def test_a_model_that_always_says_the_true_token_has_guessed_all():
    model = tiny_bert()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.output.bias[7] = 50.0
    scores = evaluate_masked(model, [[7] * 11] * 5, MASK)
    assert scores.guessed == 100 and scores.loss < 1e-3
