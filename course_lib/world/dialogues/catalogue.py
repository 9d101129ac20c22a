"""The questions in requests: about colors, sums, translations, comparisons, facts, and series of words."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from course_lib.world.dialogues.comparisons import SCALES, held_out_pair, pairs
from course_lib.world.dialogues.facts import MIXES, RELATIONS, Fact, facts
from course_lib.world.dialogues.question import KeyedQuestion
from course_lib.world.dialogues.translation import NOUNS, PHRASES, fill, suitable
from course_lib.world.language.writing import DAYS, MONTHS, NUMBERS, capitalise
from course_lib.world.splits import is_held_out

COLORS = ("red", "blue", "green", "yellow", "black", "white", "brown", "purple", "pink", "gray", "orange")
SERIES = {"days": DAYS, "months": MONTHS, "numbers": NUMBERS}
WIDE = {"colour": COLORS, "legs": NUMBERS}  # relations whose facts don't contain every possible answer


def questions() -> Iterator[KeyedQuestion]:
    """Yield every question that a request can contain."""
    for kind in (mixes, relations, sums, words, phrases, comparisons, series):
        yield from kind()


def choice(options: Iterable[str]) -> Callable[[str, str, str], KeyedQuestion]:
    """Return a function that creates a question whose key is one of the options. The others are likely mistakes."""
    return partial(one_of, tuple(options))


def one_of(options: tuple[str, ...], text: str, key: str, statement: str) -> KeyedQuestion:
    """Create a question whose key is one of the options. The other options are likely mistakes.

    Args:
        options: all possible answers.
        text: the question.
        key: the correct answer.
        statement: the answer as a sentence, as in `KeyedQuestion`.
    """
    mistakes = tuple(option for option in options if option != key)
    return KeyedQuestion(capitalise(text), (key,), statement, frozenset(map(str.lower, options)), mistakes)


def mixes() -> Iterator[KeyedQuestion]:
    """Yield questions about the mixture of two colors, with the colors in both orders."""
    question = choice(COLORS)
    for first, second, result in MIXES:
        for one, other in ((first, second), (second, first)):
            for text in (f"What do you get from {one} and {other}?", f"Which colour do {one} and {other} give?"):
                yield question(text, result, f"[{one}] and [{other}] give {{}}.")


def relations() -> Iterator[KeyedQuestion]:
    """Yield questions about the facts that have a one-word answer."""
    for relation in ("colour", "legs", "opposite", "young", "capital", "food", "gift", "after", "before"):
        known = [fact for fact in facts(relation) if fact[2] != "no" or relation != "legs"]
        for _, x, y in known:
            statement = RELATIONS[relation].statement.format(x=f"[{x}]", y="{}")
            for wording in RELATIONS[relation].questions[:2]:
                yield choice(alternatives(relation, y, known))(f"{wording.format(x=x)}?", y, statement)


def alternatives(relation: str, y: str, known: list[Fact]) -> Iterable[str]:
    """Return the possible answers to a question whose correct answer is y, such as all days for "Monday".

    Args:
        relation: the relation of the fact.
        y: the correct answer.
        known: all facts with this relation.
    """
    same = next((words for words in SERIES.values() if y in words), None)
    return WIDE.get(relation) or same or dict.fromkeys(fact[2] for fact in known)


def sums() -> Iterator[KeyedQuestion]:
    """Yield questions about sums of two numbers, up to a sum of twelve."""
    question = choice(NUMBERS)
    for i, one in enumerate(NUMBERS):
        for other, result in zip(NUMBERS, NUMBERS[i + 1 :], strict=False):
            yield question(f"How much is {one} and {other}?", result, f"[{one}] and [{other}] is {{}}.")


def words() -> Iterator[KeyedQuestion]:
    """Yield questions about the translation of a single noun, from and to English."""
    to_portuguese, to_english = choice(n.word for n in NOUNS), choice(n.english for n in NOUNS)
    for noun in NOUNS:
        for question, language, source, target in (
            (to_portuguese, "Portuguese", noun.english, noun.word),
            (to_english, "English", noun.word, noun.english),
        ):
            for text in (f"What is the {language} word for {source}?", f"Please translate to {language}: {source}."):
                yield question(text, target, f"The {language} word for [{source}] is {{}}.")


def phrases() -> Iterator[KeyedQuestion]:
    """Yield requests to translate phrases such as "a red ball" to Portuguese. Likely mistakes have another color."""
    template = PHRASES[0]
    filled = {noun: {a: fill(template, noun, a) for a in suitable(noun) if a.kind == "colour"} for noun in NOUNS}
    options = frozenset(portuguese for phrases in filled.values() for _, portuguese in phrases.values())
    for noun, phrases in filled.items():
        for adjective, (english, portuguese) in phrases.items():
            others = tuple(
                other
                for another, (_, other) in phrases.items()
                if another is not adjective and not is_held_out(another.word, noun.word)
            )
            if others:
                statement, combination = f"[{english}] is {{}} in Portuguese.", (adjective.word, noun.word)
                for text in (f"What is {english} in Portuguese?", f"Please translate to Portuguese: {english}."):
                    yield KeyedQuestion(text, (portuguese,), statement, options, others, combination)


def comparisons() -> Iterator[KeyedQuestion]:
    """Yield questions about which of two things is bigger, faster, or heavier (or smaller, slower, or lighter)."""
    for more, less, scale in SCALES:
        for low, high in pairs(scale):
            for word, key, other in ((more, high, low), (less, low, high)):
                for one, two in ((low, high), (high, low)):
                    text = f"Which is {word}, the {one} or the {two}?"
                    statement = f"The {{}} is {word} than the [{other}]."
                    yield KeyedQuestion(
                        text, (key,), statement, frozenset(scale), (other,), held_out_pair(low, high, scale)
                    )


def series() -> Iterator[KeyedQuestion]:
    """Yield requests to name three to five consecutive days, months, or numbers, given the first and the last."""
    for name, whole in SERIES.items():
        for length in (3, 4, 5):
            for start in range(len(whole) - length + 1):
                key = whole[start : start + length]
                others = tuple(word for word in whole if word not in key)
                for wording in ("Name the {} from {} to {}.", "Which {} are there from {} to {}?"):
                    text = wording.format(name, key[0], key[-1])
                    combination = (key[0], key[-1]) if whole is NUMBERS else ()
                    yield KeyedQuestion(text, key, "{}.", frozenset(map(str.lower, whole)), others, combination)
