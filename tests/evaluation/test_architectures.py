"""The three architectures, asked the same things; the models are tiny and have random weights."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.data import BOS
from course_lib.evaluation.architectures import (
    fill_at_once,
    question_layout,
    reply,
    second_half_loss,
    states_without_future,
    token_states,
    write_on,
)
from course_lib.workshop.recipes.variants import new_variant

HOLE, EOS, V = 3, 2, 23
TEXT = [7, 11, 5, 13, 19, 17, EOS]  # its second half has four tokens
NAMES = ("Bert", "Gpt", "T5")


def variant(name):
    return new_variant(name, V, seed=1).eval()


def summed(logits):
    """The summed loss of the second half."""
    return F.cross_entropy(logits, torch.tensor(TEXT[3:]), reduction="sum")


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_state_for_each_token_whatever_else_is_in_the_batch(name):
    model = variant(name)
    alone, (together, _) = token_states(model, [TEXT])[0], token_states(model, [TEXT, 2 * TEXT])
    assert alone.shape == (7, 64) and torch.allclose(alone, together, atol=1e-5)


@pytest.mark.parametrize(("name", "sees"), [("Bert", True), ("Gpt", False), ("T5", True)])
def test_a_state_knows_its_own_token_and_the_future_only_where_the_mask_lets_it(name, sees):
    model, other = variant(name), [*TEXT[:-2], 18, EOS]
    before, after = token_states(model, [TEXT])[0], token_states(model, [other])[0]
    assert not torch.allclose(before[-2], after[-2], atol=1e-4)
    assert torch.allclose(before[0], after[0], atol=1e-5) != sees


@pytest.mark.parametrize(("name", "sees"), [("Bert", True), ("Gpt", False), ("T5", True)])
def test_without_the_future_the_states_are_those_of_a_text_that_ends_there(name, sees):
    model = variant(name)
    (whole,), (cut,) = token_states(model, [TEXT]), states_without_future(model, [TEXT])
    alone = token_states(model, [TEXT[:3]])[0]
    assert torch.allclose(cut[2], alone[2], atol=1e-5) and torch.allclose(cut[-1], whole[-1], atol=1e-5)
    assert torch.allclose(cut, whole, atol=1e-4) != sees


def test_what_gpt_and_t5_lose_on_the_second_half_is_teacher_forcing():
    gpt, t5 = variant("Gpt"), variant("T5")
    logits = gpt(torch.tensor([[BOS, *TEXT[:-1]]]))[0, 3:]
    assert torch.isclose(second_half_loss(gpt, TEXT, HOLE).total, summed(logits))
    logits = t5(torch.tensor([[*TEXT[:3], HOLE, EOS]]), torch.tensor([[BOS, HOLE, *TEXT[3:-1]]]))[0, 1:]
    assert torch.isclose(second_half_loss(t5, TEXT, HOLE).total, summed(logits))


@pytest.mark.parametrize("both_sides", [False, True])
def test_bert_is_asked_for_one_token_after_the_other(both_sides):
    bert, total = variant("Bert"), 0.0
    for place in range(3, 7):
        after = TEXT[place + 1 :] if both_sides else []
        logits = bert(torch.tensor([[*TEXT[:place], HOLE, *after]]))[0, place]
        total += F.cross_entropy(logits, torch.tensor(TEXT[place])).item()
    loss = second_half_loss(bert, TEXT, HOLE, both_sides)
    assert loss.count == 4 and abs(loss.total.item() - total) < 1e-3


def test_writing_takes_the_likeliest_token_and_ends_at_the_end_or_at_the_limit():
    gpt = variant("Gpt")
    new = write_on(gpt, [BOS, 7], EOS, 5)
    read = [BOS, 7, *new[:-1]]
    assert new == gpt(torch.tensor([read]))[0, 1:].argmax(dim=-1).tolist() and len(new) <= 5
    assert write_on(gpt, [BOS, 7], new[0], 5) == new[:1]


def test_bert_fills_all_masks_at_once():
    bert = variant("Bert")
    ids = bert(torch.tensor([[7, 11, HOLE, HOLE, HOLE]]))[0, 2:].argmax(dim=-1).tolist()
    assert fill_at_once(bert, [7, 11], HOLE, 3, end=-1) == ids
    assert fill_at_once(bert, [7, 11], HOLE, 3, end=ids[0]) == ids[:1]


def test_an_encoder_sees_the_question_unless_it_comes_in_the_decoder():
    story, question = [7, 11, EOS], [13, 17, EOS]
    assert question_layout("T5", story, question) == ([7, 11, 13, 17, EOS], [BOS])
    assert question_layout("T5, question in the decoder", story, question) == (story, [BOS, *question])
    assert question_layout("Gpt", story, question)[1] == [BOS, 7, 11, 13, 17, EOS]
    assert question_layout("Gpt, question first", story, question)[1] == [BOS, 13, 17, 7, 11, EOS]


def test_each_architecture_answers_in_its_own_way():
    story, question = [7, 11, EOS], [13, 17, EOS]
    bert, gpt, t5 = (variant(name) for name in NAMES)
    assert reply(bert, "Bert", story, question, HOLE, 3) == fill_at_once(bert, [7, 11, *question], HOLE, 3, EOS)
    assert reply(gpt, "Gpt", story, question, HOLE, 3) == write_on(gpt, [BOS, 7, 11, *question], EOS, 3)
    assert reply(t5, "T5", story, question, HOLE, 3) == write_on(t5, [BOS], EOS, 3, [7, 11, *question])
