"""Exercises of lesson 14: PPO, DPO, GRPO."""

import math

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER, members

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


def earned(functions, rewards, size, reward, log_p, reference, price):
    groups, tokens = functions
    return {"groups": groups(rewards, size), "tokens": tokens(reward, log_p, reference, price)}


def in_groups(rewards, size):
    """The advantages of the answers to each prompt: as many numbers as rewards."""
    groups = rewards.view(-1, size)
    centred = groups - groups.mean(dim=1, keepdim=True)
    return (centred / groups.std(dim=1, keepdim=True)).flatten()


def per_token(reward, log_p, reference, price):
    """The reward of each token of an answer."""
    rewards = -price * (log_p - reference)
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
    return {"nearest": "Q", "farthest": "R", "best per nat": "Q", "free": "T", "cheap": "T", "dear": "Q"}


EXERCISES = [
    Exercise(
        id="14.1",
        title="Clip on paper",
        points=2,
        truth=explained,
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
            ("nothing is clipped here: b and e have no gradient", {"with gradient": set("abcdefg")}),
            ("divide by the standard deviation of the group, 0.5", {"group": [0.5, 0.0, -0.5]}),
            ("subtract the mean of the group", {"group": [2.0, 1.0, 0.0]}),
            (
                "the standard deviation is that of a sample: divide by n − 1, not by n",
                {"group": [1.2247, 0.0, -1.2247]},
            ),
            ("DPO: β multiplies the difference of the two gains", {"DPO": 0.1269}),
            ("DPO: σ of −1 is 0.27; preferred is the answer whose gain is +1", {"DPO": 1.3133}),
            ("DPO: this is the probability; the loss is its −log", {"DPO": 0.7311}),
            (
                "it is PPO that has a critic, and GRPO that has a group in its place",
                {"a critic": "GRPO", "a group": "PPO"},
            ),
            ("REINFORCE draws; only DPO learns from pairs that are there", {"no drawing": "REINFORCE"}),
            ("it draws its answers; one of the four never draws", {"no drawing": ANY_OTHER}),
            ("PPO is the one that trains a second network, to say what a state is worth", {"a critic": ANY_OTHER}),
            ("GRPO is the one that draws several answers to each prompt", {"a group": ANY_OTHER}),
            ("clipping came after it: it is the oldest of the four", {"only a baseline": ANY_OTHER}),
            ("these are the two without a gradient", {"with gradient": set("be")}),
            (
                "the upper bound cuts everything here; of a bad token it cuts nothing: c has to come down",
                {"with gradient": set("adefg")},
            ),
            (
                "the lower bound cuts everything here; of a good token it cuts nothing: d has to come up again",
                {"with gradient": set("abcfg")},
            ),
            *members(
                explained()["with gradient"],
                {
                    "b": "b is a good token above 1.2: it gains nothing more",
                    "e": "e is a bad token below 0.8: it was pushed down far enough",
                    "a": "a has not moved yet: that is where every first step is taken",
                    "c": "c is a bad token that has become likelier: it has to come down",
                    "d": "d is a good token that has become rarer: it has to come up again",
                    "f": "f and g are within 0.8 and 1.2: nothing is cut off",
                    "g": "f and g are within 0.8 and 1.2: nothing is cut off",
                },
                "with gradient",
            ),
            ("DPO: the two gains cancel here; the rejected one's is subtracted", {"DPO": math.log(2)}),
            ("DPO: the gain of the rejected answer is missing", {"DPO": math.log1p(math.exp(-0.5))}),
        ],
    ),
    Exercise(
        id="14.2",
        title="Who earned what",
        points=3,
        truth=(in_groups, per_token),
        cases=earned_cases,
        run=earned,
        tolerance=2e-3,
        mistakes=[
            (
                "groups: subtract the mean of the group, not of the whole batch",
                Edit("groups.mean(dim=1, keepdim=True) → groups.mean()"),
            ),
            ("groups: the mean of the group is still to be subtracted", Edit(" - groups.mean(dim=1, keepdim=True) → ")),
            ("groups: divide by the standard deviation of the group", Edit(" / groups.std(dim=1, keepdim=True) → ")),
            ("groups: divide by the standard deviation, not by its square", Edit("groups.std → groups.var")),
            (
                "groups: the standard deviation is that of a sample: divide by n − 1, not by n",
                Edit("std(dim=1 → std(correction=0, dim=1"),
            ),
            (
                "groups: the answers to one prompt stand one after the other",
                Edit("view(-1, size) → view(size, -1).T", ".flatten() → .T.flatten()"),
            ),
            (
                "tokens: the reward is for the whole answer; the last token earns it, the others do not",
                Edit("rewards[-1] += reward → rewards += reward"),
            ),
            (
                "tokens: a token pays for being likelier than under the reference: log p minus the reference's",
                Edit("-price → price"),
            ),
            (
                "tokens: each token pays for itself; here the last one pays for all",
                Edit(
                    "= -price * (log_p - reference) → = 0 * log_p",
                    "+= reward → += reward - price * (log_p - reference).sum()",
                ),
            ),
            ("tokens: a nat has a price", Edit("-price → -1")),
            ("tokens: nobody pays for leaving the reference", Edit("-price → 0")),
            (
                "tokens: the price is for log p, not for p",
                Edit("(log_p - reference) → (log_p.exp() - reference.exp())"),
            ),
            (
                "tokens: the reward is not shared out: the last token earns it",
                Edit("rewards[-1] += reward → rewards += reward / len(rewards)"),
            ),
            ("tokens: the last token earns the reward, not the first", Edit("rewards[-1] → rewards[0]")),
        ],
    ),
    Exercise(
        id="14.3",
        title="The best policy on paper",
        points=3,
        truth=best,
        tolerance=5e-3,
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
            ("the implied rewards have β in them: their difference is 1", {"loss at the end": math.log(1.5)}),
            *[
                ("R is an exponent: multiply the reference by 2 to the R, not by R", {"policy": found})
                for found in ([0, 0.25, 0.5], [0, 1 / 3, 2 / 3])
            ],
            ("the price of the KL is subtracted, not added", {"aim, best": 1.5}),
            ("the pair is 3 and 2, not 3 and 1", {"loss at the end": math.log1p(math.exp(-2))}),
            ("where nothing differs, σ is a half, and the loss is its −log", {"loss at the start": 0}),
            ("the price multiplies the natural logarithm, not that to the base 2", {"implied": [-1.4427, 0, 1.4427]}),
            ("answer 1 was halved, answer 3 was doubled: the sign is turned", {"implied": [1, 0, -1]}),
        ],
    ),
    Exercise(
        id="14.4",
        title="Same reward, less KL",
        points=2,
        truth=compared,
        mistakes=[
            ("P reaches 0.7 as well, but farther to the right than Q", {"nearest": "P"}),
            ("T reaches 0.7 as well, but farther to the right than Q", {"nearest": "T"}),
            ("S stays nearest, but never reaches 0.7", {"nearest": "S"}),
            ("P goes far, to 1.00; R goes to 1.10", {"farthest": "P"}),
            *[("R goes farthest of all, to 1.10", {"farthest": name}) for name in "QST"],
            *[
                ("R loses true reward from the first stop on", {part: "R"})
                for part in ("nearest", "best per nat", "free", "cheap", "dear")
            ],
            ("T earns most in all; for each nat Q earns more: the steepest line", {"best per nat": "T"}),
            ("where a nat costs nothing, only the true reward counts", {"free": "Q"}),
            ("T: 0.84 − 0.1 · 0.55 = 0.785, Q: 0.76 − 0.1 · 0.22 = 0.738", {"cheap": "Q"}),
            ("T: 0.84 − 0.5 · 0.55 = 0.565, Q: 0.76 − 0.5 · 0.22 = 0.65", {"dear": "T"}),
            ("S pays nearly nothing, and earns 0.51; Q keeps 0.65", {"dear": "S"}),
        ],
    ),
]
