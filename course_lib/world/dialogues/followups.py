"""Turns that depend on earlier ones: "And the second?", "Are you sure?", "What is my name?"."""

from collections.abc import Iterator
from dataclasses import replace

from course_lib.world.dialogues.comparisons import SCALES, held_out_pair, pairs
from course_lib.world.dialogues.context import PLACES, THINGS, coloured, two
from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.facts import Fact, facts, state, wordings
from course_lib.world.dialogues.laws import LAWS, NAMES, RECITATION, REQUESTS
from course_lib.world.dialogues.numbers import counted, ends
from course_lib.world.dialogues.translation import NOUNS, PHRASES, fill, suitable
from course_lib.world.language.writing import DAYS, MONTHS, NUMBERS, PEOPLE, capitalise, with_article
from course_lib.world.rng import Rng
from course_lib.world.splits import is_held_out

AND_ONE = ("And {}?", "What about {}?", "And what about {}?", "Now {}, please.")
SURE = ("Are you sure?", "Are you really sure?", "Is that true?", "Is that right?")


def follow_ups(rng: Rng) -> Iterator[Draft]:
    """Yield follow-ups of every kind endlessly, starting with those about the laws."""
    yield from more_laws()
    while True:
        follow_up = rng.pick(FOLLOW_UPS)(rng)
        yield interrupted(rng, follow_up) if follow_up.instruction in LATER and rng.chance(0.5) else follow_up


def more_laws() -> Iterator[Draft]:
    """Yield questions about another law after one law."""
    for one, law in LAWS.items():
        for other in [number for number in LAWS if number != one]:
            for request in REQUESTS[:6]:
                history = ((request.format(NAMES[0].format(one)), law),)
                for wording in AND_ONE:
                    known = request.format(NAMES[0]).startswith(RECITATION)
                    yield Draft(wording.format(f"the {other}"), LAWS[other], history=history, known=known)


def name(rng: Rng) -> Draft:
    """Return a question about the user's name."""
    person = rng.pick(PEOPLE)
    greeting = rng.pick(("My name is {}.", "Hello, I am {}.", "Hello, my name is {}.")).format(person)
    history = ((greeting, f"Nice to meet you, {person}."),)
    return Draft(rng.pick(("What is my name?", "Who am I?")), f"Your name is {person}.", history=history)


def age(rng: Rng) -> Draft:
    """Return a question about the user's age."""
    number = rng.pick(NUMBERS[2:])
    history = ((f"I am {number} years old.", "That is a good age."),)
    return Draft("How old am I?", f"You are {number} years old.", history=history)


def place(rng: Rng) -> Draft:
    """Return a question about the user's location."""
    where = rng.pick(PLACES)
    history = ((f"I am {where}.", "That is a nice place."),)
    return Draft("Where am I?", f"You are {where}.", history=history)


def possession(rng: Rng) -> Draft:
    """Return a question about the user's possession and its color."""
    noun = rng.pick(THINGS)
    thing, combination = coloured(rng, noun)
    colour = thing.split()[0]
    history = ((f"I have {with_article(thing)}.", f"A {noun.english} is a good thing to have."),)
    question, answer = rng.pick(
        (
            ("What colour is it?", f"It is {colour}."),
            (f"What colour is my {noun.english}?", f"Your {noun.english} is {colour}."),
            ("What do I have?", f"You have {with_article(thing)}."),
        )
    )
    return Draft(question, answer, history=history, combination=combination)


def sure(rng: Rng) -> Draft:
    """Return a question that doubts a fact."""
    fact = rng.pick(facts("home", "shop", "food", "capital", "opposite", "colour", "after", "before", "kind", "use"))
    history = (turn(rng, fact),)
    return Draft(rng.pick(SURE), f"Yes, I am sure. {state(*fact)}", history=history)


def another_fact(rng: Rng) -> Draft:
    """Return the same question about something else."""
    relation = rng.pick(("home", "food", "capital", "opposite", "colour", "young", "legs", "shop"))
    one, other = two(rng, facts(relation))
    history = (turn(rng, one),)
    return Draft(rng.pick(AND_ONE).format(other[1]), state(*other), history=history)


def next_one(rng: Rng) -> Draft:
    """Return a question about the next day, month, or number."""
    words = rng.pick((DAYS, MONTHS, NUMBERS))
    start = int(rng.roll() * (len(words) - 2))
    first, second, third = words[start : start + 3]
    history = (turn(rng, ("after", first, second)),)
    question = rng.pick(("And then?", "And after that?", "And what comes then?"))
    return Draft(question, state("after", second, third), history=history)


def backwards(rng: Rng) -> Draft:
    """Return a request for the same numbers in reverse order."""
    first, last = two(rng, range(1, len(NUMBERS) + 1))
    ask = f"Count from {NUMBERS[first - 1]} to {NUMBERS[last - 1]}."
    question = rng.pick(("And backwards?", "Now backwards, please.", "Can you do it backwards?"))
    history = ((ask, counted(first, last)),)
    return Draft(question, counted(last, first), history=history, combination=ends(first, last))


def contrary(rng: Rng) -> Draft:
    """Return the question which one is smaller, after the bigger one was named."""
    more, less, scale = rng.pick(SCALES)
    low, high = rng.pick(pairs(scale))
    one, other = two(rng, (with_article(low), with_article(high)))
    small, big = with_article(low), with_article(high)
    history = ((f"Which is {more}, {one} or {other}?", capitalise(f"{big} is {more} than {small}.")),)
    answer = capitalise(f"{small} is {less} than {big}.")
    question = rng.pick((f"And which is {less}?", f"Which one is {less}?"))
    return Draft(question, answer, history=history, combination=held_out_pair(low, high, scale))


def in_portuguese(rng: Rng) -> Draft:
    """Return a request to translate the user's last phrase, or another one, into Portuguese."""
    noun, other = two(rng, NOUNS)
    adjective = rng.pick(suitable(noun))
    phrase = rng.pick(PHRASES)
    english, portuguese = fill(phrase, noun, adjective)
    if rng.chance(0.5):
        question = rng.pick(("And in Portuguese?", "What is that in Portuguese?"))
        history = ((f"Here is {english}.", f"I see: {english}."),)
    else:
        known = [a for a in suitable(other) if not is_held_out(a.word, other.word)]
        before, translated = fill(phrase, other, rng.pick(known))
        question = rng.pick(AND_ONE).format(english)
        history = ((f"Translate to Portuguese: {before}", translated),)
    return Draft(question, portuguese, history=history, combination=(adjective.word, noun.word))


def thanks(rng: Rng) -> Draft:
    """Return thanks for an answer."""
    fact = rng.pick(facts("home", "shop", "food", "capital", "colour", "after"))
    history = (turn(rng, fact),)
    return Draft(rng.pick(("Thank you.", "Thanks!", "Thank you very much.")), "You are welcome.", history=history)


def interrupted(rng: Rng, follow_up: Draft) -> Draft:
    """Return the follow-up with an unrelated question before it."""
    fact = rng.pick(facts("home", "shop", "food", "opposite", "capital"))
    return replace(follow_up, history=(*follow_up.history, turn(rng, fact)))


def turn(rng: Rng, fact: Fact) -> tuple[str, str]:
    """Return a turn about a fact."""
    relation, x, _ = fact
    return rng.pick(tuple(wordings(relation, x))), state(*fact)


FOLLOW_UPS = (
    name, age, place, possession, sure, another_fact, next_one, backwards, contrary, in_portuguese, thanks,
)  # fmt: skip
LATER = ("What is my name?", "Who am I?", "How old am I?", "Where am I?", "What do I have?")
