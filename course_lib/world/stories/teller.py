"""The `Teller`, which turns the templates of a story into words and records the referent of each word."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from course_lib.world.language import english
from course_lib.world.language.writing import capitalise
from course_lib.world.rng import Rng

PIECE = re.compile(r"\{(\w+)\.?(\w*)\}|([\w']+|[.,?])")


class Named(Protocol):
    """The interface of the people, animals, things, and places in a story. `tag` is the kind, such as "PERSON"."""

    tag: str

    def mention(self, form: str, teller: "Teller") -> list[tuple[str, "Named | None"]]:
        """Return words in the given form (see `cast.py`), as pairs (word, referent)."""


class Person(Named, Protocol):
    """The interface of a person, to whom a pronoun such as "she" can refer."""

    gender: str

    def may_be(self, gender: str) -> bool:
        """Return True if "he" (m) or "she" (f) could refer to this person, judging only by the name or the noun."""


class Teller:
    """A teller that fills templates such as "{hero} gave {t} to {rival.obj}." and tracks what was already mentioned.

    Args:
        rng: the random number generator for the choice of words.
        cast: a dict from the slots of the templates to people, animals, things, and places.
        known: the people and things that the reader already knows.
        brevity: the probability of a short form if it is unambiguous ("she" for "ana", "the ball" for "the red ball").
    """

    def __init__(self, rng: Rng, cast: dict[str, Named], known: Iterable[Named] = (), brevity: float = 0.65):
        self.rng, self.cast, self.brevity = rng, cast, brevity
        self.known, self.here, self.before = dict.fromkeys(known), {}, {}
        self.words = []

    def tell(self, template: str) -> None:
        """Fill a template of one or more sentences, and add its words to the story."""
        for slot, form, word in pieces(template):
            self.words += self.cast[slot].mention(form, self) if slot else [(word, None)]
            if word == ".":
                self.before, self.here = self.here, {}

    def met(self, one: Named) -> None:
        """Record that a person, an animal, or a thing was mentioned in the current sentence."""
        self.known[one] = None
        self.here[one] = None

    def prefers_pronoun(self, person: Person) -> bool:
        """Return True if a pronoun should be used for the person.

        The pronoun must be unambiguous among all people known so far. The person must also be in the current sentence
        or in the previous one; in the second case, the use of the pronoun is random.
        """
        if any(one is not person and one.may_be(person.gender) for one in self.known if one.tag == "PERSON"):
            return False
        return person in self.here or (person in self.before and self.is_brief())

    def is_brief(self) -> bool:
        """Choose at random, with the probability `brevity`, whether to use a short form this time."""
        return self.rng.chance(self.brevity)

    @property
    def subject(self) -> Named | None:
        """The person, animal, or thing that the current sentence mentions first, or None before the first mention."""
        return next(iter(self.here), None)

    def text(self) -> str:
        """Return the text so far, with capital letters and without spaces before punctuation marks."""
        return written(word for word, _ in self.spelled())

    def spelled(self) -> list[tuple[str, Named | None]]:
        """Return all words so far as pairs (word, referent), with "an" instead of "a" before a vowel."""
        following = [word for word, _ in self.words[1:]] + [""]
        return [(english.article(word, after), one) for (word, one), after in zip(self.words, following, strict=True)]


def written(words: Iterable[str]) -> str:
    """Join the words into a text, with capital letters and without spaces before punctuation marks."""
    return capitalise(" ".join(words).replace(" .", ".").replace(" ,", ",").replace(" ?", "?"))


@cache
def pieces(template: str) -> list[tuple[str, str, str]]:
    """Split a template into slots, as (slot, form, ""), and words or punctuation marks, as ("", "", word)."""
    return PIECE.findall(template)
