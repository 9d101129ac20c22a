"""How the little world writes English: capitals for names, for "I" and for what begins a sentence; series of words."""

import re
from collections.abc import Sequence
from functools import cache

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June",
          "July", "August", "September", "October", "November", "December")  # fmt: skip
NAMES = {  # of women and men
    "f": ("ana", "clara", "eva", "julia", "laura", "maria", "rita", "sofia"),
    "m": ("bruno", "carlos", "davi", "hugo", "leo", "lucas", "paulo", "pedro"),
}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
PEOPLE = tuple(name.capitalize() for names in NAMES.values() for name in names)

ALWAYS_CAPITAL = re.compile(rf"\b({'|'.join(word.lower() for word in ('I', *PEOPLE, *DAYS))})\b")
SENTENCE_BEGINNING = re.compile(r"(?:^|[.?!] )\w")


def capitalise(text: str) -> str:
    """The text with a capital letter where a sentence begins, and for names, days and "I"."""
    return SENTENCE_BEGINNING.sub(in_capitals, " ".join(map(with_capital, text.split(" "))))


@cache
def with_capital(word: str) -> str:
    """The word, with a capital letter where it has one in each sentence."""
    return ALWAYS_CAPITAL.sub(lambda found: found[0].capitalize(), word)


def in_capitals(found: re.Match[str]) -> str:
    """What a pattern found, in capitals."""
    return found[0].upper()


def enumerate_words(words: Sequence[str]) -> str:
    """A dog; a dog and a cat; a dog, a cat and a car."""
    *others, final = words
    return f"{', '.join(others)} and {final}" if others else final


def with_article(noun: str) -> str:
    """A dog, an elephant."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
