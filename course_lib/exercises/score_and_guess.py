"""25.6, A score and a guess: how far one gets without looking, and what a stage of training saves."""

from course_lib.exercises.cases import number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def score_cases(seed):
    """Questions and answers in training and test, and the curves of two runs."""
    u = number(seed, 1, 3)
    often, seldom = ("a man", "a girl") if seed % 2 else ("a girl", "a man")
    heard = (("who", seldom, 4 + u), ("who", often, 6 + u), ("where", "park", 3), ("where", "farm", 1))
    heard += (("count", "two", 2), ("count", "one", 4))
    asked = (("who", often, 3), ("who", seldom, 4 + u), ("where", "park", 2), ("where", "beach", 1))
    asked += (("count", "two", 2), ("count", "one", 1), ("colour", "red", 6), ("colour", often, 1))
    train, test = ([pair[:2] for pair in pairs for _ in range(pair[2])] for pairs in (heard, asked))
    alone = [(0, 0.0), (30, 20.0), (90, 52.0 + u), (150, 61.0), (210, 56.0)]
    both = [(0, 3.0), (20, 31.0), (70, 56.0), (120, 60.0), (150, 64.0 + u)]
    return [
        (train, test, alone, both),
        (train[::-1], test[::-1], [*alone[:4], (250, 56.5)], [both[0], (10, 12.0), both[1], (70, 57.0), *both[3:]]),
    ]


def guess(train, test):
    """Percent right without looking."""
    counts = {}
    for question, answer in train:
        of_this = counts.setdefault(question, {})
        of_this[answer] = of_this.get(answer, 0) + 1
    best = {question: max(of_this, key=of_this.get) for question, of_this in counts.items()}
    return 100 * sum(best.get(question) == answer for question, answer in test) / len(test)


def share(alone, both):
    """Percent of the steps of `alone` that `both` needs."""
    last, level = alone[-1]
    for step, score in both:
        if score >= level:
            return 100 * step / last
    return float("inf")


def measure(functions, train, test, alone, both):
    mine, compare = functions
    return {
        "guess": mine(train, test),
        "share": compare(alone, both),
        "share (never reached)": compare(alone, both[:2]),
    }


SCORE_AND_GUESS = Exercise(
    id="25.6",
    title="A score and a guess",
    points=2,
    truth=(guess, share),
    cases=score_cases,
    run=measure,
    mistakes=[
        (
            "guess: one answer for all; the best guess depends on the question",
            Edit("setdefault(question, {}) → setdefault(None, {})", "best.get(question) → best.get(None)"),
        ),
        ("guess: nobody knows the answers of the test before", Edit("in train: → in test:")),
        (
            "guess: this is the score on the training questions",
            Edit("in test) / len(test) → in train) / len(train)"),
        ),
        (
            "guess: what was never heard counts as wrong; yours leaves it out",
            Edit("len(test) → sum(question in best for question, _ in test)"),
        ),
        (
            "guess: what was never heard counts as wrong; yours gets the most frequent answer of all",
            Edit("best.get(question) → best.get(question, max(all := [said for _, said in train], key=all.count))"),
        ),
        (
            "guess: each asked question counts alike; yours are means of means",
            Edit(
                "return 100 * sum(best.get(question) == answer for question, answer in test) / len(test) → "
                "right = {}\n"
                "    for question, answer in test:\n"
                "        right.setdefault(question, []).append(best.get(question) == answer)\n"
                "    return 100 * sum(sum(of_this) / len(of_this) for of_this in right.values()) / len(right)"
            ),
        ),
        ("guess: asked for are percent", Edit("return 100 * sum → return sum")),
        (
            "share: the end of the first curve, not its top",
            Edit("level = alone[-1] → level = alone[-1][0], max(score for _, score in alone)"),
        ),
        (
            "share: the end of the first curve, not of the second",
            Edit("level = alone[-1] → level = alone[-1][0], both[-1][1]"),
        ),
        ("share: reaching it is enough", Edit("score >= level → score > level")),
        (
            "share: a score was measured at the stops only; yours lies between two of them",
            Edit(
                "return 100 * step / last → before, low = max(pair for pair in both if pair[0] < step)\n"
                "            return 100 * (before + (level - low) / (score - low) * (step - before)) / last"
            ),
        ),
        (
            "share: divide by the steps of the first run, not of the second",
            Edit("step / last → step / both[-1][0]"),
        ),
        ("share: a number of steps; divide by the steps of the first run", Edit("100 * step / last → step")),
        (
            "share: stops are counted, not steps",
            Edit(
                "level = alone[-1] → level = len(alone) - 1, alone[-1][1]",
                "step, score in both → step, (_, score) in enumerate(both)",
            ),
        ),
        (
            "share: the two curves are exchanged",
            Edit("last, level = alone[-1] → alone, both = both, alone\n    last, level = alone[-1]"),
        ),
        ("a run that never gets there needs infinitely many steps", Edit('float("inf") → 100.0')),
        ("share: how much is needed, not how much is saved", Edit("100 * step / last → 100 - 100 * step / last")),
        *[
            (
                "share: stops are counted, not steps",
                Edit(
                    f"level = alone[-1] → level = len(alone){less}, alone[-1][1]",
                    f"step, score in both → step, (_, score) in enumerate(both, start={start})",
                ),
            )
            for less, start in (("", 1), ("", 0), (" - 1", 1))
        ],
    ],
)
