"""80.6, The project: a run from the data to the card, measured again."""

from operator import eq
from statistics import mode

from course_lib.data.deduplication import normalise
from course_lib.errors import CourseError
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.model_card import card, measured_cases, read_card
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import first_difference

FEWEST_TESTS, FEWEST_SEEDS = 50, 3
MANY = 5  # different mistakes; two models don't make the same ones by chance


def nearest_targets(train, test):
    """Return what the nearest pair of the training answers to each input of the test."""
    known = [(set(normalise(text).split()), target) for text, target in train]

    def nearest(words):
        return max(known, key=lambda pair: len(words & pair[0]))[1]

    return [nearest(set(normalise(text).split())) for text, _ in test]


parts, written, _ = measured_cases(0, questions=53)[0]  # as the notebook has them before
nearest = nearest_targets(parts[0], parts[2])


def project():
    """All that was measured, and the card."""
    measured = {"parts": parts, "written": written, "control": nearest}
    return {**measured, "card": card(parts, written, nearest)}


def audit(answer):
    """What is wrong with a project, in words; "fine" where nothing is. Raises CourseError where a part is missing."""
    given = answer()
    if given is None:
        return None
    parts, written, control, told = (given.get(name) for name in ("parts", "written", "control", "card"))
    if not (parts and written and control and told):
        raise CourseError("parts, written, control or card is missing; have all cells above been run?")
    train, validation, test = ({normalise(text) for text, _ in part} for part in parts)
    leaks = train & validation | train & test | validation & test
    complete = {len(texts) for texts in [*written, control]} == {len(parts[2])}
    return {
        "leaks": "some inputs are in two parts" if leaks else "fine",
        "test": "fine" if len(test) >= FEWEST_TESTS else "too few inputs",
        "seeds": seeds_of(written, parts[2]),
        "answers": "fine" if complete else "not one for each question",
        "control": "fine" if is_nearest(control, parts) else "not what the nearest pairs answer",
        "card": untrue(told, parts, written, control) if complete else "not read",
    }


def seeds_of(written, test):
    """Judge what the seeds wrote: enough of them, and none of them twice.

    Two seeds may write the same if they make few mistakes, or always the same one, but not if they make many.
    """
    if len(written) < FEWEST_SEEDS:
        return "too few"
    mistakes = [[text for text, (_, target) in zip(texts, test, strict=False) if text != target] for texts in written]
    again = [texts for n, texts in enumerate(written) if len(set(mistakes[n])) >= MANY and texts in written[:n]]
    return "fine" if len(written) - len(again) >= FEWEST_SEEDS else "one of them again"


def is_nearest(control, parts):
    """Whether the control is what the nearest pairs answer; the first questions tell, since there may be thousands."""
    train, _, test = parts
    return all(map(eq, control, nearest_targets(train, test[:FEWEST_TESTS])))


def untrue(told, *measured):
    """What a card says that was not measured; "fine" if there is nothing."""
    difference = first_difference(*(read_card(answer, *measured) for answer in (lambda *_: told, card)), 1e-4)
    return "fine" if difference is None else f"{difference.part or difference.text}: not what was measured"


def handed_in(*measured, **changes):
    """A project with other parts, texts or control; the card says what these give, but for `changes`."""
    names = "parts", "written", "control"
    return lambda: {**dict(zip(names, measured, strict=True)), "card": card(*measured) | changes}


def cut(texts):
    """What a shorter test would have."""
    return texts[:20]


leaky = parts[0] + parts[2], *parts[1:]

PROJECT = Exercise(
    id="80.6",
    title="The project",
    points=4,
    truth=project,
    cases=lambda seed: [()],
    run=audit,
    mistakes=[
        (
            "take the three parts that `split` gives: what is tested was learnt",
            handed_in(leaky, written, nearest_targets(leaky[0], leaky[2])),
        ),
        (
            "with fewer than 50 questions, one answer more is 2 points: take more pairs",
            handed_in((*parts[:2], cut(parts[2])), list(map(cut, written)), cut(nearest)),
        ),
        ("one seed may be luck: three at least", handed_in(parts, written[:1], nearest)),
        (
            "three seeds, not one three times: does each training get its own seed?",
            handed_in(parts, written[:1] * 3, nearest),
        ),
        (
            "the control is what the nearest pair of the training answers, not the most frequent target",
            handed_in(parts, written, [mode(target for _, target in parts[0])] * len(nearest)),
        ),
        (
            "each seed, and the control, answers each question of the test",
            Edit('"written": written → "written": list(map(cut, written))'),
        ),
        (
            "each seed, and the control, answers each question of the test",
            Edit('"control": nearest → "control": cut(nearest)'),
        ),
        *[
            (
                "the card's numbers are those of this run: let `card` count them",
                handed_in(parts, written, nearest, **wrong),
            )
            for wrong in ({"scores": [99.0] * 3}, {"mean": 99.0}, {"claim": "open"}, {"leaked": 5})
        ],
        (
            "the card's numbers are those of this run: let `card` count them",
            Edit("card(parts, written, → card(parts, written[:1],"),
        ),
    ],
)
