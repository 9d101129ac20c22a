"""Exercises of lesson 14: PPO, DPO, GRPO."""

from course_lib.workshop.exercises.cases import number, random_tensors
from course_lib.workshop.exercises.exercise import Exercise


# 14.1 Clip on paper
def explained():
    return {
        "with gradient": {"a", "c", "d", "f", "g"},
        "group": [1, 0, -1],
        "DPO": 0.3133,
        "a critic": "PPO",
        "a group": "GRPO",
        "no drawing": "DPO",
        "only a baseline": "REINFORCE",
    }


# 14.2 Who earned what
def earned_cases(seed):
    """Rewards of several groups, and one answer: its reward, log p of its tokens, the reference's, the price."""
    cases = []
    for groups, size, length in ((2, 5, 3), (3, 4, 7), (1, 9, 4)):
        rewards, log_p, reference = random_tensors(seed + size, (groups * size,), (length,), (length,))
        cases.append((rewards, size, 2.0 + number(seed, 1, 5), -log_p.abs(), -reference.abs(), 0.1 * size))
    return cases


def earned(functions, rewards, size, reward, log_p, reference, kl_weight):
    groups, tokens = functions
    return {"groups": groups(rewards, size), "tokens": tokens(reward, log_p, reference, kl_weight)}


def in_groups(rewards, size):
    """The advantages of the answers to each prompt: as many numbers as rewards."""
    groups = rewards.view(-1, size)
    centered = groups - groups.mean(dim=1, keepdim=True)
    return (centered / groups.std(dim=1, keepdim=True)).flatten()


def per_token(reward, log_p, reference, kl_weight):
    """The reward of each token of an answer."""
    rewards = -kl_weight * (log_p - reference)
    rewards[-1] += reward
    return rewards


# 14.3 The best policy on paper: 1 / ln 2 as price, so that e^(R / price) is 2^R
def best():
    return {
        "policy": [0.25, 0.25, 0.5],
        "Z": 2,
        "implied": [-1, 0, 1],
        "aim, reference": 0.75,
        "aim, best": 1,
        "loss at the start": 0.6931,
        "loss at the end": 0.3133,
    }


# 14.4 Same reward, less KL
def compared():
    return {"nearest": "Q", "farthest": "R", "best at 0.2": "Q", "free": "T", "cheap": "T", "dear": "Q"}


EXERCISES = [
    Exercise(id="14.1", title="Clip on paper", points=2, truth=explained, tolerance=5e-3),
    Exercise(
        id="14.2",
        title="Who earned what",
        points=3,
        truth=(in_groups, per_token),
        cases=earned_cases,
        run=earned,
        tolerance=2e-3,
    ),
    Exercise(id="14.3", title="The best policy on paper", points=3, truth=best, tolerance=5e-3),
    Exercise(id="14.4", title="Same reward, less KL", points=2, truth=compared),
]
