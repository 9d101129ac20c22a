"""Exercises of lesson 14: PPO, DPO, GRPO."""

import math

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.objectives import group_advantages, token_rewards
from course_lib.objectives.policy import ppo_clip

# 14.1 Clip on paper
RATIOS = {"a": (1.0, 1), "b": (1.3, 1), "c": (1.3, -1), "d": (0.7, 1), "e": (0.7, -1), "f": (1.1, 2), "g": (0.9, -2)}
ADDS = {"a critic": "PPO", "a group": "GRPO", "no drawing": "DPO", "only a baseline": "REINFORCE"}


def on_paper(beta=0.5, reference=(-4.0, -4.0)):
    """What has a gradient, the advantages of a group, the loss of DPO, and who adds what."""
    alive = set()
    for name, (ratio, advantage) in RATIOS.items():
        log_p = torch.tensor(ratio).log().requires_grad_()
        ppo_clip(log_p, torch.tensor(0.0), torch.tensor(float(advantage))).backward()
        alive |= {name} if log_p.grad else set()
    grows = beta * ((-3.0 - reference[0]) - (-5.0 - reference[1]))
    group = group_advantages(torch.tensor([1.0, 0.5, 0.0]), 3)
    return {"with gradient": alive, "group": group, "DPO": F.softplus(torch.tensor(-grows)), **ADDS}


# 14.2 Who earned what
def earned_cases(seed):
    """Rewards of several groups, and one answer: its reward, log p of its tokens, the reference's, the price."""
    cases = []
    for groups, size, length in ((2, 5, 3), (3, 4, 7), (1, 6, 4)):
        rewards, log_p, reference = random_tensors(seed + size, (groups * size,), (length,), (length,))
        cases.append((rewards, size, 2.0 + number(seed, 1, 5), -log_p.abs(), -reference.abs(), 0.1 * size))
    return cases


def earned(functions, rewards, size, reward, log_p, reference, price):
    """What both functions give. A mistake has one of them only."""
    in_groups, per_token = functions
    return ({"groups": in_groups(rewards, size)} if in_groups else {}) | (
        {"tokens": per_token(reward, log_p, reference, price)} if per_token else {}
    )


def each_token(reward, log_p, reference, price):
    """The library's rewards for a single answer."""
    said = torch.ones(1, len(log_p)).bool()
    return token_rewards(torch.tensor([reward]), log_p[None], reference[None], said, price)[0]


def grouped(scale=lambda g: g.std(dim=1, keepdim=True), centre=lambda g: g.mean(dim=1, keepdim=True), turned=False):
    """Advantages with one thing changed."""

    def advantages(rewards, size):
        groups = rewards.view(size, -1).T if turned else rewards.view(-1, size)
        result = (groups - centre(groups)) / scale(groups)
        return (result.T if turned else result).flatten()

    return advantages, None


def last(log_p):
    """1 at the last token, 0 elsewhere."""
    return F.one_hot(torch.tensor(len(log_p) - 1), len(log_p))


# 14.3 The best policy on paper: 1 / ln 2 as price, so that e^(R / price) is 2^R
BEST = {
    "policy": [0.25, 0.25, 0.5],
    "Z": 2.0,
    "implied": [-1.0, 0.0, 1.0],
    "aim, reference": 0.75,
    "aim, best": 1.0,
    "loss at the start": math.log(2),
    "loss at the end": math.log(1 + math.exp(-1)),
}

# 14.4 Same reward, less KL
COMPARED = {"nearest": "Q", "farthest": "R", "best per nat": "Q", "free": "T", "cheap": "T", "dear": "Q"}

EXERCISES = [
    Exercise(
        id="14.1",
        title="Clip on paper",
        points=2,
        truth=on_paper,
        tolerance=5e-3,
        mistakes=[
            (
                "everything outside 0.8 … 1.2 is cut off here; the minimum cuts on one side only: "
                "c and d went the wrong way, and are corrected",
                {"with gradient": set("afg")},
            ),
            (
                "the two sides are exchanged: b and e have moved far enough, c and d in the wrong direction",
                {"with gradient": set("abefg")},
            ),
            ("b is a good token above 1.2: it gains nothing more", {"with gradient": set("abcdfg")}),
            ("e is a bad token below 0.8: it was pushed down far enough", {"with gradient": set("acdefg")}),
            (
                "a has not moved yet: that is where every first step is taken",
                {"with gradient": set("cdfg")},
            ),
            ("nothing is clipped here: b and e have no gradient", {"with gradient": set("abcdefg")}),
            ("divide by the standard deviation of the group, 0.5", {"group": [0.5, 0.0, -0.5]}),
            ("subtract the mean of the group", {"group": [2.0, 1.0, 0.0]}),
            (
                "the standard deviation is that of a sample: divide by n − 1, not by n",
                {"group": [1.2247, 0.0, -1.2247]},
            ),
            ("DPO: β multiplies the difference of the two gains", on_paper(beta=1.0)),
            ("DPO: σ of −1 is 0.27; preferred is the answer whose gain is +1", on_paper(beta=-0.5)),
            ("DPO: this is the probability; the loss is its −log", {"DPO": 0.7311}),
            (
                "it is PPO that has a critic, and GRPO that has a group in its place",
                {"a critic": "GRPO", "a group": "PPO"},
            ),
            ("REINFORCE draws; only DPO learns from pairs that are there", {"no drawing": "REINFORCE"}),
        ],
    ),
    Exercise(
        id="14.2",
        title="Who earned what",
        points=3,
        truth=(group_advantages, each_token),
        cases=earned_cases,
        run=earned,
        tolerance=2e-3,
        mistakes=[
            ("groups: subtract the mean of the group, not of the whole batch", grouped(centre=torch.mean)),
            ("groups: the mean of the group is still to be subtracted", grouped(centre=lambda g: 0.0)),
            ("groups: divide by the standard deviation of the group", grouped(scale=lambda g: 1.0)),
            ("groups: divide by the standard deviation, not by its square", grouped(scale=lambda g: g.var(1)[:, None])),
            (
                "groups: the standard deviation is that of a sample: divide by n − 1, not by n",
                grouped(scale=lambda g: g.std(dim=1, keepdim=True, unbiased=False)),
            ),
            ("groups: the answers to one prompt stand one after the other", grouped(turned=True)),
            (
                "tokens: the reward is for the whole answer; the last token earns it, the others do not",
                (None, lambda reward, p, ref, price: reward - price * (p - ref)),
            ),
            (
                "tokens: a token pays for being likelier than under the reference: log p minus the reference's",
                (None, lambda reward, p, ref, price: reward * last(p) - price * (ref - p)),
            ),
            (
                "tokens: each token pays for itself; here the last one pays for all",
                (None, lambda reward, p, ref, price: last(p) * (reward - price * (p - ref).sum())),
            ),
            ("tokens: a nat has a price", (None, lambda reward, p, ref, price: reward * last(p) - (p - ref))),
            ("tokens: nobody pays for leaving the reference", (None, lambda reward, p, ref, price: reward * last(p))),
        ],
    ),
    Exercise(
        id="14.3",
        title="The best policy on paper",
        points=3,
        truth=lambda: BEST,
        tolerance=2e-3,
        mistakes=[
            ("each answer's weight begins with its probability under the reference", {"policy": [1 / 7, 2 / 7, 4 / 7]}),
            ("divide by Z: probabilities sum to 1", {"policy": [0.5, 0.5, 1.0]}),
            ("R is divided by the price first: e to the R · ln 2 is 2 to the R", {"policy": [0.1652, 0.2245, 0.6103]}),
            ("Z is the sum of reference times 2 to the R, not of 2 to the R", {"Z": 7}),
            ("the price multiplies the logarithm: log 2 times 1 / ln 2 is 1", {"implied": [-0.693, 0, 0.693]}),
            ("these are the rewards; the implied ones are less by the price times log Z", {"implied": [0, 1, 2]}),
            ("the aim is the reward minus the price of the KL; here nobody pays", {"aim, best": 1.25}),
            ("a nat costs 1 / ln 2, not 1", {"aim, best": 1.25 - 0.25 * math.log(2)}),
            ("the reference counts each answer by its probability", {"aim, reference": 1.0}),
            ("this is the probability; the loss is its −log", {"loss at the start": 0.5}),
            ("this is the probability; the loss is its −log", {"loss at the end": 0.7311}),
            ("preferred is answer 3: its implied reward is higher by 1", {"loss at the end": 1.3133}),
        ],
    ),
    Exercise(
        id="14.4",
        title="Same reward, less KL",
        points=2,
        truth=lambda: COMPARED,
        mistakes=[
            ("P reaches 0.7 as well, but farther to the right than Q", {"nearest": "P"}),
            ("T reaches 0.7 as well, but farther to the right than Q", {"nearest": "T"}),
            ("S stays nearest, but never reaches 0.7", {"nearest": "S"}),
            ("P goes far, to 1.00; R goes to 1.10", {"farthest": "P"}),
            ("T earns most in all; for each nat Q earns more: the steepest line", {"best per nat": "T"}),
            ("where a nat costs nothing, only the true reward counts", {"free": "Q"}),
            ("T: 0.84 − 0.1 · 0.55 = 0.785, Q: 0.76 − 0.1 · 0.22 = 0.738", {"cheap": "Q"}),
            ("T: 0.84 − 0.5 · 0.55 = 0.565, Q: 0.76 − 0.5 · 0.22 = 0.65", {"dear": "T"}),
            ("S pays nearly nothing, and earns 0.51; Q keeps 0.65", {"dear": "S"}),
        ],
    ),
]
