"""Turns that need what was said before: "And the second?", "Are you sure?", "What is my name?"."""

from collections.abc import Iterator
from dataclasses import replace

from course_lib.world.dialogues.comparisons import SCALES, pairs, withheld
from course_lib.world.dialogues.context import PLACES, THINGS, coloured, two
from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.facts import Fact, facts, state, wordings
from course_lib.world.dialogues.laws import LAWS, NAMES, RECITATION, REQUESTS
from course_lib.world.dialogues.numbers import counted, ends
from course_lib.world.dialogues.translation import NOUNS, PHRASES, fill, suitable
from course_lib.world.dice import Dice
from course_lib.world.language.writing import DAYS, MONTHS, NUMBERS, PEOPLE, capitalise, with_article
from course_lib.world.splits import is_withheld

AND_ONE = ("And {}?", "What about {}?", "And what about {}?", "Now {}, please.")
SURE = ("Are you sure?", "Are you really sure?", "Is that true?", "Is that right?")


def follow_ups(dice: Dice) -> Iterator[Draft]:
    """Endless ones of every sort; those about the laws first."""
    yield from more_laws()
    while True:
        follow_up = dice.pick(FOLLOW_UPS)(dice)
        yield interrupted(dice, follow_up) if follow_up.instruction in LATER and dice.chance(0.5) else follow_up


def more_laws() -> Iterator[Draft]:
    """Another law after one."""
    for one, law in LAWS.items():
        for other in [number for number in LAWS if number != one]:
            for request in REQUESTS[:6]:
                history = ((request.format(NAMES[0].format(one)), law),)
                for wording in AND_ONE:
                    known = request.format(NAMES[0]).startswith(RECITATION)
                    yield Draft(wording.format(f"the {other}"), LAWS[other], history=history, known=known)


def name(dice: Dice) -> Draft:
    """What the user is called."""
    person = dice.pick(PEOPLE)
    greeting = dice.pick(("My name is {}.", "Hello, I am {}.", "Hello, my name is {}.")).format(person)
    history = ((greeting, f"Nice to meet you, {person}."),)
    return Draft(dice.pick(("What is my name?", "Who am I?")), f"Your name is {person}.", history=history)


def age(dice: Dice) -> Draft:
    """How old the user is."""
    number = dice.pick(NUMBERS[2:])
    history = ((f"I am {number} years old.", "That is a good age."),)
    return Draft("How old am I?", f"You are {number} years old.", history=history)


def place(dice: Dice) -> Draft:
    """Where the user is."""
    where = dice.pick(PLACES)
    history = ((f"I am {where}.", "That is a nice place."),)
    return Draft("Where am I?", f"You are {where}.", history=history)


def possession(dice: Dice) -> Draft:
    """What the user has, and in which colour."""
    noun = dice.pick(THINGS)
    thing, combination = coloured(dice, noun)
    colour = thing.split()[0]
    history = ((f"I have {with_article(thing)}.", f"A {noun.english} is a good thing to have."),)
    question, answer = dice.pick(
        (
            ("What colour is it?", f"It is {colour}."),
            (f"What colour is my {noun.english}?", f"Your {noun.english} is {colour}."),
            ("What do I have?", f"You have {with_article(thing)}."),
        )
    )
    return Draft(question, answer, history=history, combination=combination)


def sure(dice: Dice) -> Draft:
    """Whether the assistant stands by a fact."""
    fact = dice.pick(facts("home", "shop", "food", "capital", "opposite", "colour", "after", "before", "kind", "use"))
    history = (turn(dice, fact),)
    return Draft(dice.pick(SURE), f"Yes, I am sure. {state(*fact)}", history=history)


def another_fact(dice: Dice) -> Draft:
    """The same question about something else."""
    relation = dice.pick(("home", "food", "capital", "opposite", "colour", "young", "legs", "shop"))
    one, other = two(dice, facts(relation))
    history = (turn(dice, one),)
    return Draft(dice.pick(AND_ONE).format(other[1]), state(*other), history=history)


def next_one(dice: Dice) -> Draft:
    """One further in the days, the months or the numbers."""
    words = dice.pick((DAYS, MONTHS, NUMBERS))
    start = int(dice.roll() * (len(words) - 2))
    first, second, third = words[start : start + 3]
    history = (turn(dice, ("after", first, second)),)
    question = dice.pick(("And then?", "And after that?", "And what comes then?"))
    return Draft(question, state("after", second, third), history=history)


def backwards(dice: Dice) -> Draft:
    """The same numbers the other way round."""
    first, last = two(dice, range(1, len(NUMBERS) + 1))
    ask = f"Count from {NUMBERS[first - 1]} to {NUMBERS[last - 1]}."
    question = dice.pick(("And backwards?", "Now backwards, please.", "Can you do it backwards?"))
    history = ((ask, counted(first, last)),)
    return Draft(question, counted(last, first), history=history, combination=ends(first, last))


def contrary(dice: Dice) -> Draft:
    """Which one is smaller, when it was said which is bigger."""
    more, less, scale = dice.pick(SCALES)
    low, high = dice.pick(pairs(scale))
    one, other = two(dice, (with_article(low), with_article(high)))
    small, big = with_article(low), with_article(high)
    history = ((f"Which is {more}, {one} or {other}?", capitalise(f"{big} is {more} than {small}.")),)
    answer = capitalise(f"{small} is {less} than {big}.")
    question = dice.pick((f"And which is {less}?", f"Which one is {less}?"))
    return Draft(question, answer, history=history, combination=withheld(low, high, scale))


def in_portuguese(dice: Dice) -> Draft:
    """The phrase that the user has just used, or another one, in Portuguese."""
    noun, other = two(dice, NOUNS)
    adjective = dice.pick(suitable(noun))
    phrase = dice.pick(PHRASES)
    english, portuguese = fill(phrase, noun, adjective)
    if dice.chance(0.5):
        question = dice.pick(("And in Portuguese?", "What is that in Portuguese?"))
        history = ((f"Here is {english}.", f"I see: {english}."),)
    else:
        known = [a for a in suitable(other) if not is_withheld(a.word, other.word)]
        before, translated = fill(phrase, other, dice.pick(known))
        question = dice.pick(AND_ONE).format(english)
        history = ((f"Translate to Portuguese: {before}", translated),)
    return Draft(question, portuguese, history=history, combination=(adjective.word, noun.word))


def thanks(dice: Dice) -> Draft:
    """Thanks for an answer."""
    fact = dice.pick(facts("home", "shop", "food", "capital", "colour", "after"))
    history = (turn(dice, fact),)
    return Draft(dice.pick(("Thank you.", "Thanks!", "Thank you very much.")), "You are welcome.", history=history)


def interrupted(dice: Dice, follow_up: Draft) -> Draft:
    """The follow-up with a question about something else in between."""
    fact = dice.pick(facts("home", "shop", "food", "opposite", "capital"))
    return replace(follow_up, history=(*follow_up.history, turn(dice, fact)))


def turn(dice: Dice, fact: Fact) -> tuple[str, str]:
    """A turn about a fact."""
    relation, x, _ = fact
    return dice.pick(tuple(wordings(relation, x))), state(*fact)


FOLLOW_UPS = (
    name, age, place, possession, sure, another_fact, next_one, backwards, contrary, in_portuguese, thanks,
)  # fmt: skip
LATER = ("What is my name?", "Who am I?", "How old am I?", "Where am I?", "What do I have?")
