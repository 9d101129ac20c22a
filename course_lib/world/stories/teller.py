"""The conversion of templates into words, each with its referent."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Protocol

from course_lib.world.language import english
from course_lib.world.language.writing import capitalise
from course_lib.world.rng import Rng

PIECE = re.compile(r"\{(\w+)\.?(\w*)\}|([\w']+|[.,?])")


class Named(Protocol):
    """The interface of everything that a story mentions. `tag` is its kind, such as PERSON."""

    tag: str

    def mention(self, form: str, teller: "Teller") -> list[tuple[str, "Named | None"]]:
        """Return the words for it, each with its referent."""


class Person(Named, Protocol):
    """The interface of a person, who has a pronoun."""

    gender: str

    def may_be(self, gender: str) -> bool:
        """Return True if he (m) or she (f) could refer to this person, judging by the word alone."""


class Teller:
    """Fills templates such as "{hero} gave {t} to {rival.obj}." and tracks what was already mentioned.

    Args:
        rng: the random number generator for the choice of words.
        cast: a dict from the slots of the templates to people, animals, things, and places.
        known: the people and things that the reader already knows.
        brevity: the probability of a short form if it is clear: she for ana, the ball for the red ball.
    """

    def __init__(self, rng: Rng, cast: dict[str, Named], known: Iterable[Named] = (), brevity: float = 0.65):
        self.rng, self.cast, self.brevity = rng, cast, brevity
        self.known, self.here, self.before = dict.fromkeys(known), {}, {}
        self.words = []

    def tell(self, template: str) -> None:
        """Add the words of one or more sentences."""
        for slot, form, word in pieces(template):
            self.words += self.cast[slot].mention(form, self) if slot else [(word, None)]
            if word == ".":
                self.before, self.here = self.here, {}

    def met(self, one: Named) -> None:
        """Record that somebody or something was mentioned."""
        self.known[one] = None
        self.here[one] = None

    def prefers_pronoun(self, person: Person) -> bool:
        """Return True if a pronoun should be used: the person is in this sentence or the last, and nobody else fits."""
        if any(one is not person and one.may_be(person.gender) for one in self.known if one.tag == "PERSON"):
            return False
        return person in self.here or (person in self.before and self.is_brief())

    def is_brief(self) -> bool:
        """Return True if a short form should be used this time."""
        return self.rng.chance(self.brevity)

    @property
    def subject(self) -> Named | None:
        """Return the first referent of the sentence, or None at its start."""
        return next(iter(self.here), None)

    def text(self) -> str:
        """Return the text so far in its written form."""
        return written(word for word, _ in self.spelled())

    def spelled(self) -> list[tuple[str, Named | None]]:
        """Return the words with their referents, with "an" where needed."""
        following = [word for word, _ in self.words[1:]] + [""]
        return [(english.article(word, after), one) for (word, one), after in zip(self.words, following, strict=True)]


def written(words: Iterable[str]) -> str:
    """Return the text of words, with English capitalization."""
    return capitalise(" ".join(words).replace(" .", ".").replace(" ,", ",").replace(" ?", "?"))


@cache
def pieces(template: str) -> list[tuple[str, str, str]]:
    """Return the parts of a template: (slot, form, "") or ("", "", word)."""
    return PIECE.findall(template)
