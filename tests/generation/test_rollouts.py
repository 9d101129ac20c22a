"""Rollouts: answers drawn from the policy, judged, and learned from; each algorithm learns to say token 7."""

import math
from copy import deepcopy

import pytest
import torch
import torch.nn.functional as F

from course_lib.data import PAD
from course_lib.errors import CourseError
from course_lib.evaluation import reward_and_kl
from course_lib.generation import Rollouts
from course_lib.models import ActorCritic, Llm, LlmConfig
from course_lib.objectives import (
    BaselineAdvantages,
    CriticAdvantages,
    GroupAdvantages,
    GroupRelativePolicy,
    ProximalPolicy,
    Reinforce,
)
from course_lib.training import Plan, Trainer
from tests.models.tiny import tiny_llm

END, WANTED = 2, 7
PROMPTS = [[1, 3], [1, 4, 5], [1, 6], [1, 5, 5, 5], [1, 9, 3]]


def count_wanted(prompts, answers):
    """One for each token 7 among at most three."""
    return [answer.count(WANTED) / 3 for answer in answers]


def rollouts(policy=None, reward=count_wanted, advantages=None, prompts=PROMPTS, **settings):
    policy = policy or tiny_llm()
    defaults = {"end_id": END, "max_new_tokens": 3, "prompts_per_batch": 5}
    advantages = advantages or BaselineAdvantages(0.02)
    return Rollouts(prompts, policy, deepcopy(policy), reward, advantages, **(defaults | settings))


def first_batch(batches):
    return batches.batch(batches.epoch(0)[0])


def test_the_labels_are_the_tokens_that_the_policy_chose_its_end_token_among_them():
    batches = rollouts(group_size=29)
    answers = []
    batches.reward = lambda prompts, drawn: answers.extend(drawn) or [0.0] * len(drawn)
    batch = first_batch(batches)
    assert [labels[labels != PAD].tolist() for labels in batch.labels] == answers
    assert {answer[-1] == END for answer in answers} == {True, False}
    for tokens, labels, answer in zip(batch.tokens, batch.labels, answers, strict=True):
        ids = tokens[tokens != PAD].tolist()
        assert ids[-len(answer) :] == answer
        assert ids[: -len(answer)] in PROMPTS
        assert (labels[:-1][labels[:-1] != PAD] == tokens[1:][labels[:-1] != PAD]).all()
        assert END in answer[-1:] or len(answer) == 3


def test_answers_to_one_prompt_follow_each_other():
    batches = rollouts(group_size=3, prompts_per_batch=2)
    asked = []
    batches.reward = lambda prompts, answers: asked.extend(prompts) or [0.0] * len(prompts)
    item = batches.epoch(0)[0]
    batches.batch(item)
    assert asked == [PROMPTS[i] for i in item[0] for _ in range(3)]


def test_every_prompt_comes_once_per_epoch_and_no_batch_is_much_smaller():
    batches = rollouts(prompts_per_batch=2)
    sizes = [len(indices) for indices, _ in batches.epoch(0)]
    assert sorted(i for indices, _ in batches.epoch(0) for i in indices) == list(range(5))
    assert sizes == [2, 2, 1]
    assert [len(i) for i, _ in rollouts(prompts=PROMPTS * 3, prompts_per_batch=7).epoch(0)] == [5, 5, 5]


@torch.no_grad()
def test_the_recorded_log_probabilities_are_those_of_policy_and_reference():
    batches = rollouts()
    batches.reference = tiny_llm()
    batch = first_batch(batches)
    for model, log_p in ((batches.policy, batch.old_log_p), (batches.reference, batch.reference_log_p)):
        losses = F.cross_entropy(model(batch.tokens).mT, batch.labels, reduction="none", ignore_index=PAD)
        torch.testing.assert_close(log_p, -losses)
    assert (batch.old_log_p - batch.reference_log_p).abs().max() > 0.01


def test_before_the_first_update_the_kl_is_zero():
    batches = rollouts()
    batch = first_batch(batches)
    torch.testing.assert_close(batch.old_log_p, batch.reference_log_p)
    measured = reward_and_kl(batches.policy, batches.reference, PROMPTS, count_wanted, END, max_new_tokens=3)
    assert measured["kl"] == pytest.approx(0.0, abs=1e-6)


@torch.no_grad()
def test_before_the_first_update_the_ratio_is_1_and_the_clip_has_no_effect():
    batches = rollouts(advantages=GroupAdvantages(5), group_size=5)
    batch = first_batch(batches)
    tight, loose = (GroupRelativePolicy(clip, 0.0)(batches.policy, batch) for clip in (1e-4, 0.9))
    torch.testing.assert_close(tight.total, loose.total)
    assert float(tight.total) == pytest.approx(0.0, abs=1e-4)  # the advantages of a group sum to zero


def test_advantages_are_zero_where_the_policy_chose_nothing():
    batch = first_batch(rollouts())
    assert not batch.advantages[batch.labels == PAD].any()
    assert not batch.returns[batch.labels == PAD].any()


def test_the_same_seed_draws_the_same_answers_and_another_one_others():
    def tokens(seed):
        return first_batch(rollouts(policy, seed=seed, group_size=7)).tokens.tolist()

    policy = tiny_llm()
    assert tokens(3) == tokens(3) != tokens(4)


def test_a_batch_is_learned_from_several_times_before_the_next_is_drawn():
    batches = rollouts(prompts=PROMPTS * 2, prompts_per_batch=4, updates_per_batch=3)
    items = batches.epoch(0)
    drawn = [batches.batch(item) for item in items]
    assert [drawn[i] is drawn[i - 1] for i in range(1, 9)] == [True, True, False] * 2 + [True, True]


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("killed", [2, 3, 7])  # within a batch, between two, and in the last one
def test_a_training_killed_between_two_updates_from_one_batch_ends_with_the_same_weights(killed, tmp_path):
    def weights(folder, stop=None):
        torch.manual_seed(0)
        policy = tiny_llm()
        batches = rollouts(policy, group_size=3, advantages=GroupAdvantages(3), updates_per_batch=3)
        plan = Plan(steps=8, learning_rate=1e-2, evaluations=8, saves=8)
        Trainer(policy, batches, GroupRelativePolicy(), plan, evaluate=stop, folder=folder).train()
        return policy.state_dict()

    def stop(policy):
        stop.calls += 1
        if stop.calls > killed:
            raise KeyboardInterrupt
        return {}

    stop.calls, whole = 0, weights(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        weights(tmp_path / "killed", stop)
    resumed = weights(tmp_path / "killed")
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_a_policy_with_dropout_draws_and_learns_without_it():
    batches = rollouts(tiny_llm(dropout=0.5).train())
    batch = first_batch(batches)
    tight, loose = (GroupRelativePolicy(clip, 0.0)(batches.policy, batch) for clip in (1e-4, 0.9))
    torch.testing.assert_close(tight.total, loose.total)


@pytest.mark.parametrize("value", [math.nan, math.inf, None], ids=str)
def test_a_reward_that_is_no_finite_number_is_refused_by_its_row(value):
    batches = rollouts(reward=lambda prompts, answers: [0.5, 0.5, 0.5, value, 0.5])
    with pytest.raises(CourseError, match=f"the reward of answer 3 must be a finite number, got {value}"):
        first_batch(batches)


def test_a_reward_for_each_answer_is_needed():
    with pytest.raises(CourseError, match="must return 5 rewards, one per answer, got 2"):
        first_batch(rollouts(reward=lambda prompts, answers: [1.0, 0.0]))


@pytest.mark.parametrize("prompts", [[], [[]], [[1] * 17]])
def test_no_prompts_or_one_that_leaves_no_room_is_refused(prompts):
    with pytest.raises(
        CourseError, match="prompts must have from 1 to 16 tokens, because the context has 19 and an answer may need 3,"
    ):
        rollouts(prompts=prompts)


def bandit(algorithm):
    """A small policy, and what trains it by `algorithm`: the model, the batches and the objective."""
    torch.manual_seed(0)
    policy = Llm(
        LlmConfig(vocab_size=11, d_model=16, d_ff=24, num_heads=2, num_kv_heads=1, num_layers=1, max_length=16)
    )
    settings = {"prompts": PROMPTS * 4, "prompts_per_batch": 20}
    if algorithm == "PPO":
        model = ActorCritic(policy)
        batches = rollouts(policy, advantages=CriticAdvantages(model.values, 0.02), updates_per_batch=3, **settings)
        return model, batches, ProximalPolicy()
    if algorithm == "GRPO":
        batches = rollouts(policy, advantages=GroupAdvantages(4), group_size=4, updates_per_batch=2, **settings)
        return policy, batches, GroupRelativePolicy(kl_weight=0.02)
    return policy, rollouts(policy, advantages=BaselineAdvantages(0.02), **settings), Reinforce()


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("algorithm", ["REINFORCE", "PPO", "GRPO"])
def test_each_algorithm_learns_to_say_the_token_that_is_rewarded(algorithm):
    model, batches, objective = bandit(algorithm)

    def measure(model):
        return reward_and_kl(batches.policy, batches.reference, PROMPTS * 20, count_wanted, END, max_new_tokens=3)

    plan = Plan(steps=30, learning_rate=2e-2, evaluations=1, weight_decay=0.0)
    before, after = Trainer(model, batches, objective, plan, evaluate=measure).train()
    assert before["reward"] < 0.2
    assert after["reward"] > 0.8
    assert before["kl"] == 0.0 < after["kl"]
