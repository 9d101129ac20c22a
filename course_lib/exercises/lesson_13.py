"""Exercises of lesson 13: rewards and policy gradients."""

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, random_tensors
from course_lib.exercises.exercise import Exercise

# 13.1 Three steps
STEPS = {"1": set("ADGJ"), "2": set("BEHK"), "3": set("CFIL")}


# 13.2 A judge on trial
def judge_cases(seed):
    """Pairs (better, worse) of four answers, each of which has won against each; their number; 27 margins."""
    skill, margins, size = random_tensors(seed, (4,), (27,), (27,))
    once = torch.tensor([(i, j) for i in range(4) for j in range(4) if i != j])
    either = once[torch.randint(12, (30,), generator=dice(seed))]
    order = (skill[either[:, 0]] < skill[either[:, 1]]).long()[:, None]
    pairs = torch.cat([once, either.gather(1, torch.cat([order, 1 - order], dim=1))])
    return [(pairs, 4, (margins + 0.4) * (size + 1.0).exp())]


def fit(pairs, count, sign=1.0):
    """The scores with the smallest loss, by Newton's method: ten steps are plenty."""
    sides = F.one_hot(pairs, count).double()
    sides = sides[:, 0] - sides[:, 1]
    scores = torch.zeros(count).double()
    for _ in range(10):
        surprise = (-sides @ scores).sigmoid()
        bend = sides.T @ (sides * (surprise * (1 - surprise))[:, None]) + 1
        scores = scores + torch.linalg.solve(bend, sides.T @ surprise)
    return sign * scores


def fit_in_a_hurry(pairs, count):
    """Ten steps of gradient descent."""
    scores = torch.zeros(count).double()
    for _ in range(10):
        surprise = (scores[pairs[:, 1]] - scores[pairs[:, 0]]).sigmoid() / len(pairs)
        scores = scores.index_add(0, pairs[:, 0], surprise).index_add(0, pairs[:, 1], -surprise)
    return scores


def wins(pairs, count):
    """In how many pairs each answer is the better, and in how many it is the worse."""
    return [torch.bincount(pairs[:, side], minlength=count).double() for side in (0, 1)]


def trial(margins, sure=lambda m: m.abs().sigmoid().mean(), order=torch.abs, right=lambda m: m > 0, parts=3):
    """How sure the judge is, and how often it is right, in each third."""
    thirds = order(margins).argsort().tensor_split(parts)
    return torch.stack([torch.stack([sure(margins[i]), right(margins[i]).float().mean()]) for i in thirds])


def on_trial(pair, pairs, count, margins):
    """Scores without their zero, which says nothing, and the trial. A mistake has one of them only."""
    train, judge = pair
    result = {}
    if train:
        scores = train(pairs, count)
        if scores is not None:
            scores = torch.as_tensor(scores).detach().double()
            scores = scores - scores.mean()
        result["scores"] = scores
    return result | ({"trial": judge(margins)} if judge else {})


def trial_with(**changes):
    return None, lambda margins: trial(margins, **changes)


# 13.3 The best baseline
def baselines(p=(0.5, 0.25, 0.25), rewards=(1.0, 0.5, 0.0)):
    """The exact gradient, the variance of its estimate with two baselines, and the best baseline."""
    p, rewards = torch.tensor(p), torch.tensor(rewards)
    exact = p * (rewards - p @ rewards)
    lengths = (torch.eye(3) - p).square().sum(dim=1)  # of the gradient of log p(answer)

    def variance(baseline):
        return p @ (lengths * (rewards - baseline).square()) - exact.square().sum()

    best = (p * lengths * rewards).sum() / (p * lengths).sum()
    return {"gradient": exact, "variance 0": variance(0.0), "variance mean": variance(p @ rewards), "best": best}


# 13.4 A pleased judge
DIAGNOSIS = {"hacker": "P", "turn": 2, "idle": "S", "broken": "R", "learn": {"Q", "T"}}

EXERCISES = [
    Exercise(
        id="13.1",
        title="Three steps",
        points=1,
        truth=lambda: STEPS,
        mistakes=[
            (
                "D and E are exchanged: the base model learns from every token, the chat model from the answer",
                {"1": set("AEGJ"), "2": set("BDHK")},
            ),
            (
                "G and H are exchanged: only the first step starts from nothing",
                {"1": set("ADHJ"), "2": set("BEGK")},
            ),
            (
                "C belongs to step 3: a pair is an opinion about two answers, not an answer to imitate",
                {"2": set("BCEHK"), "3": set("FIL")},
            ),
            (
                "K and L are exchanged: who imitates gets as good as the teachers, no better",
                {"2": set("BEHL"), "3": set("CFIK")},
            ),
            (
                "I belongs to step 3: the fine-tuned model is its reference, from which it may not go far",
                {"2": set("BEHIK"), "3": set("CFL")},
            ),
            ("J belongs to step 1: perplexity is measured where a text goes on", {"1": set("ADG"), "2": set("BEHJK")}),
            (
                "F belongs to step 3: a reward says how good an answer was; step 2 is shown the answer",
                {"2": set("BEFHK"), "3": set("CIL")},
            ),
        ],
    ),
    Exercise(
        id="13.2",
        title="A judge on trial",
        points=3,
        truth=(fit, trial),
        cases=judge_cases,
        run=on_trial,
        tolerance=3e-3,
        mistakes=[
            (
                "scores: the better answer gets the lower score: the difference is taken the wrong way round",
                (lambda pairs, count: fit(pairs, count, sign=-1.0), None),
            ),
            (
                "scores: the training is not at its end: after 10 steps the scores still move",
                (fit_in_a_hurry, None),
            ),
            (
                "scores: they are all the same: nothing was trained",
                (lambda pairs, count: torch.zeros(count), None),
            ),
            (
                "scores: these are counts of wins; whom an answer won against counts, too",
                (lambda pairs, count: wins(pairs, count)[0], None),
            ),
            (
                "scores: these are shares of wins; whom an answer won against counts, too",
                (lambda pairs, count: wins(pairs, count)[0] / sum(wins(pairs, count)), None),
            ),
            (
                "trial: the pairs are sorted by the margin; sure is who has a large margin of either sign",
                trial_with(order=lambda m: m),
            ),
            ("trial: the pairs are not sorted: thirds of the list as it came", trial_with(order=torch.zeros_like)),
            ("trial: the surest third comes first; it should come last", trial_with(order=lambda m: -m.abs())),
            (
                "trial: a judge that is wrong was sure, too: σ of the margin's size, not of the margin",
                trial_with(sure=lambda m: m.sigmoid().mean()),
            ),
            (
                "trial: σ of the mean margin is not the mean of σ; each pair makes its own claim",
                trial_with(sure=lambda m: m.abs().mean().sigmoid()),
            ),
            ("trial: a margin is no probability: σ is missing", trial_with(sure=lambda m: m.abs().mean())),
            ("trial: it is right where the margin is above 0, not everywhere", trial_with(right=lambda m: m.abs() > 0)),
            ("trial: the shares are of wrong pairs, not of right ones", trial_with(right=lambda m: m < 0)),
        ],
    ),
    Exercise(
        id="13.3",
        title="The best baseline",
        points=3,
        truth=baselines,
        tolerance=2e-3,
        mistakes=[
            (
                "the gradient needs the factor p of each answer: what is rarely drawn rarely pushes",
                {"gradient": [0.375, -0.125, -0.625]},
            ),
            ("without the mean reward, the parts of the gradient do not sum to 0", {"gradient": [0.5, 0.125, 0.0]}),
            (
                "the mean reward counts each answer by its probability: it is 0.625, not 0.5",
                {"gradient": [0.25, 0.0, -0.125]},
            ),
            ("the square of the mean is still to be subtracted", {"variance 0": 0.1875 + 0.21875 / 4}),
            ("the square of the mean is still to be subtracted", {"variance mean": 0.11523}),
            (
                "a baseline changes the variance: the two cannot be equal",
                {"variance 0": baselines()["variance 0"], "variance mean": baselines()["variance 0"]},
            ),
            (
                "the mean reward is a good baseline, not the best: the draws that push hardest should count most",
                {"best": 0.625},
            ),
            ("0.5 is the mean of the rewards if all answers are equally likely; here they are not", {"best": 0.5}),
        ],
    ),
    Exercise(
        id="13.4",
        title="A pleased judge",
        points=2,
        truth=lambda: DIAGNOSIS,
        mistakes=[
            ("P's true reward falls while its judge is ever more pleased: that is the hacker", {"hacker": "T"}),
            (
                "R displeases the judge as well: it has not found out how to please it, it has fallen apart",
                {"hacker": "R"},
            ),
            ("at this stop the true reward is lower than before; the turn is its highest point", {"turn": 3}),
            ("here P's true reward still climbs; the turn is its highest point", {"turn": 1}),
            ("the judge is happiest there; the turn is where the true reward is highest", {"turn": 5}),
            ("idle is who stays where it is: no KL, no gain", {"idle": "R"}),
            ("R falls in both panels, far from the reference: it is broken", {"broken": "P"}),
            ("S has gone nowhere: nothing is broken, its steps are too small", {"broken": "S"}),
            ("P pleases its judge, and earns less at the end than at the start", {"learn": {"P", "Q", "T"}}),
            ("S gains nothing that could be seen", {"learn": {"Q", "S", "T"}}),
        ],
    ),
]
