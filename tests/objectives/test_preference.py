"""Learning from pairs: the numbers of TRL, the answers alone, and the last token of each dialogue."""

import math

import pytest
import torch

from course_lib.data import Example, Preference, preference_batch, preference_batches, with_reference
from course_lib.errors import CourseError
from course_lib.objectives import (
    BradleyTerry,
    DirectPreference,
    bradley_terry,
    dpo,
    pair_log_probabilities,
    pair_scores,
)
from tests.models.tiny import tiny_llm, tiny_scorer

LOG_PS = (
    torch.tensor([-3.0, -7.5, -2.25]),
    torch.tensor([-4.0, -6.0, -9.0]),
    torch.tensor([-3.5, -7.0, -4.0]),
    torch.tensor([-3.75, -6.5, -5.0]),
)


def dialogue(prompt, answer):
    return Example([*prompt, *answer], [False] * len(prompt) + [True] * len(answer))


PAIRS = [
    Preference(dialogue([1, 3, 9, 2, 5], [7, 8, 2]), dialogue([1, 3, 9, 2, 5], [4, 2])),
    Preference(dialogue([1, 3, 2, 5], [11, 2]), dialogue([1, 3, 2, 5], [6, 6, 10, 13, 2])),
    Preference(dialogue([1, 3, 4, 4, 4, 2, 5], [7, 2]), dialogue([1, 3, 4, 4, 4, 2, 5], [8, 2])),
]


def informed(log_probabilities):
    """The pairs, with what a function from their batch says is the reference's opinion."""
    return with_reference(preference_batches(PAIRS, tokens_per_batch=1000), log_probabilities).items


def batch_of(pairs=PAIRS):
    return preference_batch(pairs)


def test_the_loss_is_minus_the_logarithm_of_the_sigmoid_of_the_difference():
    loss = bradley_terry(torch.tensor([2.0, -1.0]), torch.tensor([0.5, 1.0]))
    assert float(loss.total) == pytest.approx(math.log(1 + math.exp(-1.5)) + math.log(1 + math.exp(2.0)), abs=1e-6)
    assert loss.count == 2


def test_only_the_difference_of_scores_counts_and_the_odds_are_its_exponential():
    chosen, rejected = torch.randn(7, dtype=torch.float64), torch.randn(7, dtype=torch.float64)
    there, back = bradley_terry(chosen, rejected).total, bradley_terry(rejected, chosen).total
    torch.testing.assert_close(bradley_terry(chosen + 5, rejected + 5).total, there)
    torch.testing.assert_close(back - there, (chosen - rejected).sum())  # log(p / (1 - p))


# Values of DPOTrainer.dpo_loss of TRL 0.12.2 (loss_type "sigmoid", beta 0.3), run on the tensors above.
def test_direct_preference_optimization_equals_trl():
    losses = [float(dpo(*(log_p[i : i + 1] for log_p in LOG_PS), beta=0.3).total) for i in range(3)]
    assert losses == pytest.approx([0.5869620, 0.8543552, 0.1639650], abs=1e-6)
    assert float(dpo(*LOG_PS, beta=0.3).total) == pytest.approx(sum(losses), abs=1e-6)


def test_a_policy_that_is_its_reference_loses_log_2_for_each_pair():
    chosen, rejected, *_ = LOG_PS
    assert float(dpo(chosen, rejected, chosen, rejected).mean) == pytest.approx(math.log(2))


def test_the_gradient_is_beta_times_the_probability_of_being_wrong():
    chosen, rejected = (log_p.clone().requires_grad_() for log_p in LOG_PS[:2])
    dpo(chosen, rejected, *LOG_PS[2:], beta=0.3).total.backward()
    margins = 0.3 * ((LOG_PS[0] - LOG_PS[2]) - (LOG_PS[1] - LOG_PS[3]))
    torch.testing.assert_close(chosen.grad, -0.3 * torch.sigmoid(-margins))
    torch.testing.assert_close(rejected.grad, 0.3 * torch.sigmoid(-margins))


def test_the_log_probability_of_an_answer_is_the_sum_over_its_tokens_and_no_others():
    model = tiny_llm()
    log_p = pair_log_probabilities(model, batch_of())
    for row, pair in enumerate(PAIRS):
        for side, example in enumerate((pair.chosen, pair.rejected)):
            ids, is_completion = example.ids, example.is_completion
            distributions = model(torch.tensor([ids]))[0].log_softmax(-1)
            expected = sum(distributions[t - 1, id] for t, id in enumerate(ids) if is_completion[t])
            torch.testing.assert_close(log_p[row, side], expected)


@torch.no_grad()
def test_a_reward_is_read_at_the_last_token_of_each_dialogue():
    model = tiny_scorer()
    scores = pair_scores(model, batch_of())
    expected = [[model(torch.tensor([side.ids]))[0, -1] for side in (pair.chosen, pair.rejected)] for pair in PAIRS]
    torch.testing.assert_close(scores, torch.tensor(expected))


@pytest.mark.parametrize(
    ("objective", "make"), [(BradleyTerry(), tiny_scorer), (DirectPreference(0.3, anchor=0.7), tiny_llm)]
)
def test_the_loss_of_a_batch_is_the_sum_over_its_pairs_and_over_its_shards(objective, make):
    model, pairs = make(), informed(lambda batch: torch.randn(len(batch.tokens), 2))
    batch = batch_of(pairs)
    whole = objective(model, batch)
    assert whole.count == batch.num_labels == 3
    torch.testing.assert_close(whole.total, sum(objective(model, batch_of([pair])).total for pair in pairs))
    shards = [objective(model, batch.shard(i, 5)) for i in range(5)]
    torch.testing.assert_close(whole.total, sum(shard.total for shard in shards))


@torch.no_grad()
def test_before_the_first_update_direct_preference_loses_log_2_for_each_pair():
    model = tiny_llm()
    pairs = informed(lambda batch: pair_log_probabilities(model, batch))
    assert float(DirectPreference()(model, batch_of(pairs[::2])).mean) == pytest.approx(math.log(2), abs=1e-6)


@torch.no_grad()
def test_the_anchor_adds_what_a_token_of_the_chosen_answers_costs():
    model, weight = tiny_llm(), 0.7
    batch = batch_of(informed(lambda batch: torch.randn(len(batch.tokens), 2))[::2])
    log_p = [float(pair[0]) for pair in pair_log_probabilities(model, batch)]
    plain, anchored = (float(DirectPreference(0.3, anchor)(model, batch).total) for anchor in (0.0, weight))
    costs = -log_p[0] / 3 - log_p[1] / 2  # by the lengths of the chosen answers
    assert anchored - plain == pytest.approx(weight * costs, rel=1e-5)


def test_pairs_that_nobody_asked_the_reference_about_are_refused():
    with pytest.raises(
        CourseError, match=r"lack the reference model's log-probabilities; add them with .*with_reference"
    ):
        DirectPreference()(tiny_llm(), batch_of())
