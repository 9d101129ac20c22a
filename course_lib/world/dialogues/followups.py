"""Questions that depend on an earlier turn, such as "And the second?", "Are you sure?", or "What is my name?"."""

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
    """Yield an endless stream of random follow-up questions, after those about the laws of robotics.

    An unrelated turn sometimes precedes a question about the user, so that the model must look further back.
    """
    yield from more_laws()
    while True:
        follow_up = rng.pick(FOLLOW_UPS)(rng)
        yield interrupted(rng, follow_up) if follow_up.instruction in LATER and rng.chance(0.5) else follow_up


def more_laws() -> Iterator[Draft]:
    """Yield questions such as "And the second?" after a turn that recites another law of robotics."""
    for one, law in LAWS.items():
        for other in [number for number in LAWS if number != one]:
            for request in REQUESTS[:6]:
                history = ((request.format(NAMES[0].format(one)), law),)
                for wording in AND_ONE:
                    known = request.format(NAMES[0]).startswith(RECITATION)
                    yield Draft(wording.format(f"the {other}"), LAWS[other], history=history, known=known)


def name(rng: Rng) -> Draft:
    """Return a question about the user's name, which the user mentioned earlier."""
    person = rng.pick(PEOPLE)
    greeting = rng.pick(("My name is {}.", "Hello, I am {}.", "Hello, my name is {}.")).format(person)
    history = ((greeting, f"Nice to meet you, {person}."),)
    return Draft(rng.pick(("What is my name?", "Who am I?")), f"Your name is {person}.", history=history)


def age(rng: Rng) -> Draft:
    """Return a question about the user's age, which the user mentioned earlier."""
    number = rng.pick(NUMBERS[2:])
    history = ((f"I am {number} years old.", "That is a good age."),)
    return Draft("How old am I?", f"You are {number} years old.", history=history)


def place(rng: Rng) -> Draft:
    """Return a question about the user's location, which the user mentioned earlier."""
    where = rng.pick(PLACES)
    history = ((f"I am {where}.", "That is a nice place."),)
    return Draft("Where am I?", f"You are {where}.", history=history)


def possession(rng: Rng) -> Draft:
    """Return a question about a thing that the user mentioned earlier, or about its color."""
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
    """Return a question such as "Are you sure?" after a turn about a random fact."""
    fact = rng.pick(facts("home", "shop", "food", "capital", "opposite", "colour", "after", "before", "kind", "use"))
    history = (turn(rng, fact),)
    return Draft(rng.pick(SURE), f"Yes, I am sure. {state(*fact)}", history=history)


def another_fact(rng: Rng) -> Draft:
    """Return a follow-up such as "What about a dog?", which repeats the previous question for something else."""
    relation = rng.pick(("home", "food", "capital", "opposite", "colour", "young", "legs", "shop"))
    one, other = two(rng, facts(relation))
    history = (turn(rng, one),)
    return Draft(rng.pick(AND_ONE).format(other[1]), state(*other), history=history)


def next_one(rng: Rng) -> Draft:
    """Return a question such as "And then?" after a turn about the next day, month, or number."""
    words = rng.pick((DAYS, MONTHS, NUMBERS))
    start = int(rng.roll() * (len(words) - 2))
    first, second, third = words[start : start + 3]
    history = (turn(rng, ("after", first, second)),)
    question = rng.pick(("And then?", "And after that?", "And what comes then?"))
    return Draft(question, state("after", second, third), history=history)


def backwards(rng: Rng) -> Draft:
    """Return a request to count backwards after a turn that counts between the same numbers."""
    first, last = two(rng, range(1, len(NUMBERS) + 1))
    ask = f"Count from {NUMBERS[first - 1]} to {NUMBERS[last - 1]}."
    question = rng.pick(("And backwards?", "Now backwards, please.", "Can you do it backwards?"))
    history = ((ask, counted(first, last)),)
    return Draft(question, counted(last, first), history=history, combination=ends(first, last))


def contrary(rng: Rng) -> Draft:
    """Return a question such as "And which is smaller?" after a turn about which of the two is bigger."""
    more, less, scale = rng.pick(SCALES)
    low, high = rng.pick(pairs(scale))
    one, other = two(rng, (with_article(low), with_article(high)))
    small, big = with_article(low), with_article(high)
    history = ((f"Which is {more}, {one} or {other}?", capitalise(f"{big} is {more} than {small}.")),)
    answer = capitalise(f"{small} is {less} than {big}.")
    question = rng.pick((f"And which is {less}?", f"Which one is {less}?"))
    return Draft(question, answer, history=history, combination=held_out_pair(low, high, scale))


def in_portuguese(rng: Rng) -> Draft:
    """Return a request to translate a phrase to Portuguese, after a turn with this phrase or another translation."""
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
    """Return a message that thanks the assistant, after a turn about a random fact."""
    fact = rng.pick(facts("home", "shop", "food", "capital", "colour", "after"))
    history = (turn(rng, fact),)
    return Draft(rng.pick(("Thank you.", "Thanks!", "Thank you very much.")), "You are welcome.", history=history)


def interrupted(rng: Rng, follow_up: Draft) -> Draft:
    """Return the follow-up with an unrelated turn about a random fact inserted before it."""
    fact = rng.pick(facts("home", "shop", "food", "opposite", "capital"))
    return replace(follow_up, history=(*follow_up.history, turn(rng, fact)))


def turn(rng: Rng, fact: Fact) -> tuple[str, str]:
    """Return a turn about the fact: a random phrasing of its question, and the answer."""
    relation, x, _ = fact
    return rng.pick(tuple(wordings(relation, x))), state(*fact)


FOLLOW_UPS = (
    name, age, place, possession, sure, another_fact, next_one, backwards, contrary, in_portuguese, thanks,
)  # fmt: skip
LATER = ("What is my name?", "Who am I?", "How old am I?", "Where am I?", "What do I have?")
