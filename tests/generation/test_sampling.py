"""One token at a time: the greedy choice, the dice, and rows that end at different times."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.generation import Sampler, generate, likeliest
from tests.generation.tables import END, TableDecoding, random_table, starts
from tests.parity import V

LOGITS = torch.log(torch.tensor([[0.1, 0.4, 0.2, 0.3], [0.7, 0.05, 0.05, 0.2]]))


def test_greedy_search_is_the_argmax_loop():
    table = random_table(23, 7, 5)
    outputs = generate(TableDecoding(table), starts(table), END)
    for row, output in zip(table, outputs, strict=True):
        expected, token = [], 1
        for place in range(7):
            token = int(row[place, token].argmax())
            if token == END:
                break
            expected.append(token)
        assert output == expected
    assert len(set(map(len, outputs))) > 3


def test_a_longer_start_is_taken_in_whole():
    table = random_table(3, 7, 5)
    outputs = generate(TableDecoding(table), starts(table), END)
    longer = torch.tensor([[1, *output[:1]] for output in outputs if len(output) > 1])
    rows = [i for i, output in enumerate(outputs) if len(output) > 1]
    assert rows
    assert generate(TableDecoding(table[rows]), longer, END) == [outputs[i][1:] for i in rows]


@pytest.mark.parametrize("beyond", [0, 1, 5])
def test_a_prompt_that_fills_the_context_is_refused(beyond):
    table = random_table(2, 7, 5)
    decoding = TableDecoding(table)
    prompt = torch.ones(2, decoding.max_length + beyond, dtype=torch.long)
    said = f"a prompt must have fewer than {decoding.max_length} tokens, got {prompt.shape[1]}; "
    with pytest.raises(CourseError, match=said):
        generate(decoding, prompt, END)


def test_rows_that_end_are_computed_no_longer_and_the_rest_keep_their_places():
    places, ends = 7, [3, 0, 5, 9, 1]
    table = torch.zeros(len(ends), places, 7, 7)
    for row, end in enumerate(ends):
        table[row, :end, :, row + 2] = 9.0  # each row repeats its own token
        table[row, end:, :, END] = 9.0
    decoding = TableDecoding(table)
    outputs = generate(decoding, starts(table), END)
    assert outputs == [min(end, places) * [row + 2] for row, end in enumerate(ends)]
    assert decoding.batch_sizes == [5, 4, 3, 3, 2, 2, 1]


def test_when_all_rows_have_ended_nothing_more_is_computed():
    table = torch.zeros(2, 7, 3, 3)
    table[..., END] = 9.0
    decoding = TableDecoding(table)
    assert generate(decoding, starts(table), END) == [[], []]
    assert len(decoding.batch_sizes) == 1


def test_frequencies_follow_the_probabilities():
    choices = Sampler()(LOGITS[:1].expand(20_000, -1))
    frequencies = choices.bincount(minlength=4) / len(choices)
    torch.testing.assert_close(frequencies, LOGITS[0].exp(), rtol=0, atol=0.015)


def test_the_temperature_divides_the_logits():
    expected = (LOGITS / 0.5).softmax(-1)
    torch.testing.assert_close(Sampler(temperature=0.5).probabilities(LOGITS), expected)


def test_a_temperature_near_zero_is_the_greedy_choice():
    logits = torch.randn(97, V)
    assert torch.equal(Sampler(temperature=1e-5)(logits), likeliest(logits))


@pytest.mark.parametrize(("top_p", "kept"), [(0.24, 1), (0.25, 1), (0.26, 2), (0.5, 2), (0.75, 3), (1.0, 4)])
def test_no_more_tokens_are_kept_than_reach_top_p(top_p, kept):
    four_alike = torch.zeros(1, 4)  # 0.25 each, with no rounding
    assert (Sampler(top_p=top_p).probabilities(four_alike) > 0).sum() == kept


@pytest.mark.parametrize("temperature", [0.0, -1.0, 1e-38, float("nan"), float("inf")])
def test_a_temperature_of_zero_or_below_is_refused(temperature):
    with pytest.raises(CourseError, match=f"temperature must be greater than 0.*got {temperature}"):
        Sampler(temperature=temperature)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"top_k": 0}, "top_k must be 1 or more .*got 0"),
        ({"top_k": -1}, "top_k must be 1 or more .*got -1"),
        ({"top_p": 0.0}, "top_p must be greater than 0.*got 0.0"),
        ({"top_p": 1.5}, "top_p must be greater than 0.*got 1.5"),
        ({"top_p": float("nan")}, "top_p must be greater than 0.*got nan"),
    ],
)
def test_choices_among_no_tokens_are_refused(settings, message):
    with pytest.raises(CourseError, match=message):
        Sampler(**settings)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[0.1, 0.4, 0.2, 0.3], [0.7, 0.05, 0.05, 0.2]]),
        ({"top_k": 1}, [[0.0, 1, 0, 0], [1, 0, 0, 0]]),
        ({"top_k": 2}, [[0, 4 / 7, 0, 3 / 7], [7 / 9, 0, 0, 2 / 9]]),
        ({"top_k": 9}, [[0.1, 0.4, 0.2, 0.3], [0.7, 0.05, 0.05, 0.2]]),
        ({"top_p": 0.01}, [[0.0, 1, 0, 0], [1, 0, 0, 0]]),
        ({"top_p": 0.65}, [[0, 4 / 7, 0, 3 / 7], [1, 0, 0, 0]]),
        ({"top_p": 0.75}, [[0, 4 / 9, 2 / 9, 3 / 9], [7 / 9, 0, 0, 2 / 9]]),
        ({"top_k": 2, "top_p": 0.5}, [[0.0, 1, 0, 0], [1, 0, 0, 0]]),
    ],
    ids=str,
)
def test_only_the_likeliest_tokens_may_be_chosen(settings, expected):
    torch.testing.assert_close(Sampler(**settings).probabilities(LOGITS), torch.tensor(expected))


def test_the_logits_that_are_drawn_from_stay_as_they_are():
    logits = LOGITS.clone()
    Sampler(top_k=1, top_p=0.5)(logits)
    assert torch.equal(logits, LOGITS)


def test_the_same_seed_gives_the_same_choices_whatever_else_draws_random_numbers():
    logits = torch.randn(97, V)
    choices = Sampler(seed=3)(logits)
    torch.rand(7)
    assert torch.equal(Sampler(seed=3)(logits), choices)
    assert not torch.equal(Sampler(seed=4)(logits), choices)


def test_impossible_tokens_are_never_chosen():
    logits = LOGITS.clone()
    logits[:, 1:] = -math.inf
    assert Sampler()(logits.repeat(97, 1)).tolist() == 2 * 97 * [0]
