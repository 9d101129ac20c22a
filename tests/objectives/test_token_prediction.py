"""Token prediction: the labels are scored, and no other position, whether they are next tokens or masked ones."""

import torch
import torch.nn.functional as F

from course_lib.data import PAD, MaskTokens, TokenBatch, predict_next
from course_lib.objectives import TokenPrediction
from tests.models.tiny import tiny_bert, tiny_gpt

TEXTS = [[5, 9, 4, 7, 2], [8, 3, 2], [6, 10, 11, 5, 4, 9, 2]]


def test_next_tokens_are_predicted_from_the_tokens_before_them():
    model, text = tiny_gpt(), TEXTS[0]
    loss = TokenPrediction()(model, predict_next([text]))
    logits = [model(torch.tensor([[1, *text[:t]]]))[0, -1] for t in range(len(text))]
    expected = F.cross_entropy(torch.stack(logits), torch.tensor(text), reduction="sum")
    torch.testing.assert_close(loss.total, expected)
    assert loss.count == len(text)


def test_of_a_masked_text_only_the_chosen_tokens_count():
    model = tiny_bert()
    batch = MaskTokens(mask_id=3, vocab_size=11)(TEXTS, torch.Generator().manual_seed(0))
    loss = TokenPrediction()(model, batch)
    chosen = batch.labels != PAD
    expected = F.cross_entropy(model(batch.tokens)[chosen], batch.labels[chosen], reduction="sum")
    torch.testing.assert_close(loss.total, expected)
    assert loss.count == int(chosen.sum()) < sum(map(len, TEXTS))


def test_the_loss_is_that_of_each_text_alone():
    model, objective = tiny_gpt(), TokenPrediction(label_smoothing=0.1)
    together = objective(model, predict_next(TEXTS))
    alone = [objective(model, predict_next([text])) for text in TEXTS]
    torch.testing.assert_close(together.total, sum(loss.total for loss in alone))


def test_more_padding_changes_nothing():
    model, batch = tiny_gpt(), predict_next(TEXTS)
    padded = TokenBatch(labels=F.pad(batch.labels, (0, 3), value=PAD), tokens=F.pad(batch.tokens, (0, 3), value=PAD))
    torch.testing.assert_close(TokenPrediction()(model, padded).total, TokenPrediction()(model, batch).total)
