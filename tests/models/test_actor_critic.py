"""A policy with a critic: the policy's own logits, and values that can be learned."""

import torch

from course_lib.models import ActorCritic
from tests.models.tiny import tiny_llm
from tests.parity import T, V, shake

TOKENS = torch.randint(V, (3, T), generator=torch.Generator().manual_seed(0))
KEEP = torch.tensor([[1, 0, 1, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]).bool()


def test_the_logits_are_those_of_the_policy_and_the_values_are_read_at_the_same_places():
    model = shake(ActorCritic(tiny_llm(logit_cap=0.7)))
    logits, values = model(TOKENS, KEEP)
    torch.testing.assert_close(logits, model.policy(TOKENS, keep=KEEP))
    torch.testing.assert_close(values, model.values(TOKENS)[KEEP])
    assert len(values.unique()) == 4


def test_a_new_critic_expects_nothing():
    assert not ActorCritic(tiny_llm()).values(TOKENS).any()


def test_the_policy_is_trained_in_place():
    policy = tiny_llm()
    model = ActorCritic(policy)
    assert {id(parameter) for parameter in policy.parameters()} < {id(parameter) for parameter in model.parameters()}
    assert model.num_parameters() == policy.num_parameters() + policy.config.d_model + 1
