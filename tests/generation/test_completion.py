"""Completion: a batch of prompts gives what each gives alone, and ends where the model ends."""

import re

import pytest
import torch

from course_lib.data import pad_left
from course_lib.errors import CourseError
from course_lib.generation import TextDecoding, complete, generate
from course_lib.models import load_model
from course_lib.workshop.fast import fuse
from tests.models.tiny import tiny_llm
from tests.parity import assert_near
from tests.toys import MAX_LENGTH

PROMPTS = [[1, 9, 8, 3, 3], [1, 4], [1, 16, 5]]


def test_a_batch_of_unequal_prompts_gives_what_each_gives_alone(shapes_unchecked):
    model = tiny_llm().double()
    together = complete(PROMPTS, model, end_id=14, max_new_tokens=9)
    assert together == [complete([prompt], model, end_id=14, max_new_tokens=9)[0] for prompt in PROMPTS]
    assert {len(ids) for ids in together} != {0}


@torch.no_grad()
def test_each_new_token_is_the_likeliest_after_all_before_it():
    model = tiny_llm().double()
    for prompt, ids in zip(PROMPTS, complete(PROMPTS, model, end_id=14, max_new_tokens=7), strict=True):
        logits = model(torch.tensor([prompt + ids]))[0, len(prompt) - 1 :]
        assert logits.argmax(-1).tolist()[: len(ids)] == ids
        assert len(ids) == 7 or logits[len(ids)].argmax() == 14


@torch.no_grad()
def test_decoding_goes_on_from_the_cache_of_an_earlier_text():
    model = tiny_llm().double()
    first = TextDecoding(model)
    first.next_logits(torch.tensor([[1, 9, 8]]))
    resumed = TextDecoding(model, cache=first.cache).next_logits(torch.tensor([[3, 3]]))
    assert_near(resumed, model(torch.tensor([[1, 9, 8, 3, 3]]))[:, -1], 1e-10)


def test_completions_stop_at_the_most_new_tokens_and_at_the_context():
    model = tiny_llm()
    never = 10_000
    assert {len(ids) for ids in complete(PROMPTS, model, never, max_new_tokens=4)} == {4}
    assert len(complete([[1] * 9], model, never, max_new_tokens=100)[0]) == MAX_LENGTH - 9
    tokens, positions = pad_left(PROMPTS)
    assert len(generate(TextDecoding(model, positions, 8), tokens, never)[1]) == 3


@pytest.mark.parametrize("prompts", [[[1, 2], []], [[1] * MAX_LENGTH]])
def test_a_prompt_that_leaves_no_room_is_refused(prompts):
    with pytest.raises(CourseError, match=f"prompts must have from 1 to {MAX_LENGTH - 1} tokens"):
        complete(prompts, tiny_llm(), end_id=2)


@pytest.mark.parametrize("prompts", [["Hello"], "Hello", [1, 2], [["a"]], [[1.5]], torch.tensor([[1, 2]]), [None], 3])
@pytest.mark.usefixtures("shapes_unchecked")
def test_prompts_that_are_no_lists_of_ids_are_refused_with_what_to_call(prompts):
    with pytest.raises(CourseError, match=r"prompts must be lists of token ids, such as \[tokenizer.encode\(.*, got "):
        complete(prompts, tiny_llm(), end_id=2)


@pytest.mark.usefixtures("shapes_unchecked")
def test_without_a_model_the_message_says_what_to_call():
    with pytest.raises(CourseError, match="missing a required argument: 'model'") as error:
        complete(["Once"])
    (call,) = re.findall(r"for example: (.*)", str(error.value))
    model, tokenizer = load_model("base")
    names = {"complete": complete, "model": model, "tokenizer": tokenizer}
    assert tokenizer.decode(eval(call, names)[0])


def test_after_an_error_the_model_trains_on():
    model = tiny_llm(dropout=0.5).train()

    def fail(logits):
        assert not model.training
        raise KeyError

    with pytest.raises(KeyError):
        complete(PROMPTS, model, end_id=2, choose=fail)
    assert model.training


@pytest.mark.parametrize("prompts", [PROMPTS[:1], [[1, 9, 8], [3, 3, 5]]], ids=["one", "as long as each other"])
def test_prompts_without_padding_are_written_by_the_steps_of_a_packed_model(prompts, monkeypatch):
    fused = fuse(tiny_llm())
    step, steps = fused.step, []
    monkeypatch.setattr(fused, "step", lambda tokens, view: steps.append(view.mask()) or step(tokens, view))
    complete(prompts, fused, end_id=-1, max_new_tokens=5)
    assert steps == [None] * 4


def test_no_prompts_give_no_completions():
    assert complete([], tiny_llm(), end_id=2) == []


@pytest.mark.parametrize("most", [0, -3])
def test_a_completion_of_no_tokens_is_refused(most):
    with pytest.raises(CourseError, match=f"max_new_tokens must be 1 or more, got {most}"):
        complete(PROMPTS, tiny_llm(), end_id=2, max_new_tokens=most)
