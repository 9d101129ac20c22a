"""Questions about general facts of the little world. Each fact has one answer and many phrasings of its question."""

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.world.dialogues.draft import Draft
from course_lib.world.language.writing import DAYS, MONTHS, NUMBERS, capitalise
from course_lib.world.rng import Rng
from course_lib.world.table import TABLES, read_table

FACTS = tuple((row["relation"], row["x"], row["y"]) for row in read_table(TABLES / "facts.csv"))
MIXES = (
    ("blue", "yellow", "green"),
    ("red", "yellow", "orange"),
    ("red", "blue", "purple"),
    ("black", "white", "gray"),
    ("red", "white", "pink"),
)
FRAMES = ("{}?", "Please tell me: {}?", "Can you tell me: {}?", "I have a question. {}?")
CHECKS = (
    "Is {} {}?",
    "Please tell me: is {} {}?",
    "Can you tell me: is {} {}?",
    "Would you say that {} is {}?",
    "Is it true that {} is {}?",
    "Do you think that {} is {}?",
)


Fact = tuple[str, str, str]  # the name of a relation, and x and y, which are in this relation


@dataclass(frozen=True)
class Relation:
    """A relation between x and y, with format strings for the statement of a fact and for questions about y."""

    statement: str
    questions: tuple[str, ...]


RELATIONS = {
    "home": Relation("{x} lives {y}.", ("where does {x} live", "what is the home of {x}", "where can I find {x}")),
    "use": Relation("{x} is for {y}.", ("what is {x} for", "what can I use {x} for", "why do people have {x}")),
    "shop": Relation(
        "You can buy {x} {y}.", ("where can I buy {x}", "where does one buy {x}", "where do they sell {x}")
    ),
    "work": Relation("{x} works {y}.", ("where does {x} work", "at which place does {x} work", "where can I meet {x}")),
    "task": Relation("{x} {y}.", ("what does {x} do", "what is the work of {x}", "how does {x} help others")),
    "food": Relation("{x} eats {y}.", ("what does {x} eat", "what is the food of {x}", "what can I feed {x}")),
    "gift": Relation("{x} gives us {y}.", ("what does {x} give us", "what do we get from {x}")),
    "young": Relation(
        "A young {x} is called a {y}.",
        ("what is a young {x} called", "what do you call a young {x}", "what is the word for a young {x}"),
    ),
    "sound": Relation("{x} {y}.", ("what sound does {x} make", "how does {x} sound", "what does {x} say")),
    "legs": Relation("{x} has {y} legs.", ("how many legs does {x} have", "how many legs has {x}")),
    "capital": Relation(
        "The capital of {x} is {y}.",
        ("what is the capital of {x}", "which city is the capital of {x}", "what is the capital city of {x}"),
    ),
    "opposite": Relation(
        "The opposite of {x} is {y}.",
        ("what is the opposite of {x}", "which word is the opposite of {x}", "what do you call the opposite of {x}"),
    ),
    "parts": Relation("{x} has {y}.", ("what does {x} have", "what are the parts of {x}")),
    "kind": Relation("{x} is {y}.", ("what is {x}", "what kind of thing is {x}", "what sort of thing is {x}")),
    "colour": Relation("{x} is {y}.", ("what colour is {x}", "what is the colour of {x}", "which colour has {x}")),
    "after": Relation("{y} comes after {x}.", ("what comes after {x}", "what follows {x}", "what is next after {x}")),
    "before": Relation("{y} comes before {x}.", ("what comes before {x}", "what is just before {x}")),
}


def series() -> Iterator[Fact]:
    """Yield the facts about the order of days, months, and numbers, such as ("after", "Monday", "Tuesday")."""
    for words in ((*DAYS, DAYS[0]), (*MONTHS, MONTHS[0]), NUMBERS):
        for first, second in zip(words, words[1:], strict=False):
            yield "after", first, second
            yield "before", second, first


def turned() -> list[Fact]:
    """Return the facts about opposites with x and y exchanged."""
    return [(relation, y, x) for relation, x, y in FACTS if relation == "opposite"]


def facts(*relations: str) -> list[Fact]:
    """Return the facts that have one of these relations."""
    return [fact for fact in (*FACTS, *turned(), *series()) if fact[0] in relations]


def state(relation: str, x: str, y: str) -> str:
    """Return the sentence that states a fact, such as "The capital of France is Paris"."""
    return capitalise(RELATIONS[relation].statement.format(x=x, y=y))


def wordings(relation: str, x: str) -> Iterator[str]:
    """Yield the question about x in every phrasing, such as "Please tell me: what does a dog eat?"."""
    for question in RELATIONS[relation].questions:
        for frame in FRAMES:
            yield capitalise(frame.format(question.format(x=x)))


def general(rng: Rng) -> list[Draft]:
    """Return questions about categories and about all facts except colors, in every phrasing and in random order."""
    told = [
        Draft(question, state(*fact))
        for fact in facts(*RELATIONS)
        if fact[0] != "colour"
        for question in wordings(*fact[:2])
    ]
    return rng.shuffled([*told, *kinds(rng)])


def colours(rng: Rng) -> Iterator[Draft]:
    """Yield questions about the colors of things and about mixtures of colors."""
    for fact in facts("colour"):
        for question in wordings(*fact[:2]):
            yield Draft(question, state(*fact))
    for one, other, result in MIXES:
        for pair in (f"{one} and {other}", f"{other} and {one}"):
            for question in (f"what do you get from {pair}", f"which colour do {pair} give", f"what do {pair} make"):
                for frame in FRAMES:
                    yield Draft(capitalise(frame.format(question)), capitalise(f"{pair} give {result}."))


def kinds(rng: Rng) -> Iterator[Draft]:
    """Yield questions about categories, such as "Is a dog an animal?" and "Is a dog a fruit or an animal?"."""
    known = facts("kind")
    others = tuple(dict.fromkeys(kind for *_, kind in known))
    for _, x, y in known:
        for kind in (y, *rng.shuffled([other for other in others if other != y])[:3]):
            for question in CHECKS:
                yield Draft(question.format(x, kind), f"{'Yes' if kind == y else 'No'}, {x} is {y}.")
            if kind != y:
                yield Draft(f"Is {x} {y} or {kind}?", capitalise(f"{x} is {y}."))
                yield Draft(f"Is {x} {kind} or {y}?", capitalise(f"{x} is {y}."))
