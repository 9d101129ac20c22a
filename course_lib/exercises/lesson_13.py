"""Exercises of lesson 13: rewards and policy gradients."""

from itertools import permutations

import torch
import torch.nn.functional as F

from course_lib.exercises.cases import dice, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER, members

# 13.1 Three steps


def steps():
    return {"1": {"A", "D", "G", "J"}, "2": {"B", "E", "H", "K"}, "3": {"C", "F", "I", "L"}}


# 13.2 A judge on trial
def judge_cases(seed):
    """Pairs (better, worse) of answers, each of which has won against each; their number, 4 or 5; 27 margins."""
    count = 4 + seed % 2
    skill, margins, size = random_tensors(seed, (count,), (27,), (27,))
    once = torch.tensor(list(permutations(range(count), 2)))
    either = once[torch.randint(len(once), (30,), generator=dice(seed))]
    order = (skill[either[:, 0]] < skill[either[:, 1]]).long()[:, None]
    pairs = torch.cat([once, either.gather(1, torch.cat([order, 1 - order], dim=1))])
    return [(pairs, count, (margins + 0.4) * (size + 1.0).exp())]


def wins(pairs, count):
    """In how many pairs each answer is the better, and in how many it is the worse."""
    return [torch.bincount(pairs[:, side], minlength=count).double() for side in (0, 1)]


def on_trial(pair, pairs, count, margins):
    """Scores without their zero, which says nothing, and the trial."""
    train, judge = pair
    scores = train(pairs, count)
    if scores is not None:
        scores = torch.as_tensor(scores).detach().double()
        scores = scores - scores.mean()
    return {"scores": scores, "trial": judge(margins)}


def train_scores(pairs, count):
    """Pairs N 2 (better, worse) -> the scores of `count` answers."""
    scores = torch.zeros(count, requires_grad=True)
    optimizer = torch.optim.SGD([scores], lr=2.0)
    for _ in range(300):
        optimizer.zero_grad()
        loss = -F.logsigmoid(scores[pairs[:, 0]] - scores[pairs[:, 1]]).mean()
        loss.backward()
        optimizer.step()
    return scores.detach()


def put_on_trial(margins):
    """Margins N -> for each third, least sure first: how sure, how often right; 3 2."""
    parts = margins.abs().argsort().tensor_split(3)
    return [[margins[part].abs().sigmoid().mean(), (margins[part] > 0).float().mean()] for part in parts]


# 13.3 The best baseline


def results():
    p, rewards = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([1.0, 0.5, 0.0])
    mean = p @ rewards
    gradient = p * (rewards - mean)
    lengths = (torch.eye(3) - p).square().sum(dim=1)  # of the gradient of log p(answer)
    without, with_mean = (p @ (lengths * (rewards - b).square()) - gradient @ gradient for b in (0, mean))
    best = p @ (lengths * rewards) / (p @ lengths)
    return {"gradient": gradient, "variance 0": without, "variance mean": with_mean, "best": best}


# 13.4 A pleased judge


def diagnosis():
    return {"hacker": "P", "turn": 2, "idle": "S", "broken": "R", "learn": {"Q", "T"}}


EXERCISES = [
    Exercise(
        id="13.1",
        title="Three steps",
        points=1,
        truth=steps,
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
        truth=(train_scores, put_on_trial),
        cases=judge_cases,
        run=on_trial,
        tolerance=3e-3,
        mistakes=[
            (
                "scores: the better answer gets the lower score: the difference is taken the wrong way round",
                Edit("pairs[:, 0]] - scores[pairs[:, 1]] → pairs[:, 1]] - scores[pairs[:, 0]]"),
            ),
            (
                "scores: they are all the same: nothing was trained",
                Edit("optimizer.step() → "),
            ),
            (
                "scores: these are counts of wins; whom an answer won against counts, too",
                (lambda pairs, count: wins(pairs, count)[0], put_on_trial),
            ),
            (
                "scores: these are wins less losses; whom an answer won against counts, too",
                (lambda pairs, count: wins(pairs, count)[0] - wins(pairs, count)[1], put_on_trial),
            ),
            (
                "scores: these are shares of wins; whom an answer won against counts, too",
                (lambda pairs, count: wins(pairs, count)[0] / sum(wins(pairs, count)), put_on_trial),
            ),
            (
                "trial: the pairs are sorted by the margin; sure is who has a large margin of either sign",
                Edit("margins.abs().argsort() → margins.argsort()"),
            ),
            (
                "trial: the pairs are not sorted: thirds of the list as it came",
                Edit("margins.abs().argsort() → torch.arange(len(margins))"),
            ),
            ("trial: the surest third comes first; it should come last", Edit("argsort() → argsort(descending=True)")),
            (
                "trial: a judge that is wrong was sure, too: σ of the margin's size, not of the margin",
                Edit("[part].abs().sigmoid() → [part].sigmoid()"),
            ),
            (
                "trial: σ of the mean margin is not the mean of σ; each pair makes its own claim",
                Edit("abs().sigmoid().mean() → abs().mean().sigmoid()"),
            ),
            ("trial: a margin is no probability: σ is missing", Edit(".abs().sigmoid() → .abs()")),
            ("trial: it is right where the margin is above 0, not everywhere", Edit("[part] > 0 → [part].abs() > 0")),
            ("trial: the shares are of wrong pairs, not of right ones", Edit("[part] > 0 → [part] < 0")),
            *[
                ("scores: the training is not at its end: the scores still move", Edit(*changes))
                for changes in (("range(300) → range(10)",), ("300 → 20", "lr=2.0 → lr=0.1"))
            ],
            (
                "scores: these are the log odds of winning; an opponent who wins often counts for more",
                (lambda pairs, count: (wins(pairs, count)[0] / wins(pairs, count)[1]).log(), put_on_trial),
            ),
        ],
    ),
    Exercise(
        id="13.3",
        title="The best baseline",
        points=3,
        truth=results,
        tolerance=5e-3,
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
                "the mean reward counts each answer by its probability: it is 0.625, not 0.5",
                Edit("(0, mean) → (0, 0.5)"),
            ),
            (
                "a baseline changes the variance: the two cannot be equal",
                Edit('"variance mean": with_mean → "variance mean": without'),
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
        truth=diagnosis,
        mistakes=[
            ("P's true reward falls while its judge is ever more pleased: that is the hacker", {"hacker": "T"}),
            ("S pleases nobody: it stays where it began", {"hacker": "S"}),
            (
                "R displeases the judge as well: it has not found out how to please it, it has fallen apart",
                {"hacker": "R"},
            ),
            ("at this stop the true reward is lower than before; the turn is its highest point", {"turn": 3}),
            ("here P's true reward still climbs; the turn is its highest point", {"turn": 1}),
            ("the judge is happiest there; the turn is where the true reward is highest", {"turn": 5}),
            ("idle is who stays where it is: no KL, no gain", {"idle": ANY_OTHER}),
            ("R falls in both panels, far from the reference: it is broken", {"broken": "P"}),
            ("S has gone nowhere: nothing is broken, its steps are too small", {"broken": "S"}),
            *members(
                diagnosis()["learn"],
                {
                    "P": "P pleases its judge, and earns less at the end than at the start",
                    "R": "R falls in both panels: it learns nothing",
                    "S": "S gains nothing that could be seen",
                    **{x: f"{x} ends clearly higher, in both rewards" for x in "QT"},
                },
                "learn",
            ),
        ],
    ),
]
