"""The cast of a story and the words for it: people, animals, things, and places.

Each has a method `mention(form, teller)`, which returns pairs (word, the one that it names). The forms of a person are
"" (ana, she), "obj" (ana, her), and "own" (ana's, her). Those of a thing are "" (a red ball, then the ball), "a"
(always a red ball), "it", "noun" (ball), and "price" (cheap). Those of a place are "" (the park) and "in" (in the
park).
"""

from dataclasses import dataclass

from course_lib.world.language.entries import Adjective, Noun
from course_lib.world.language.lexicon import LEXICON
from course_lib.world.language.writing import NAMES
from course_lib.world.stories.teller import Teller

CHILDREN = {"f": ("girl",), "m": ("boy",)}
ADULTS = {"f": ("woman", "teacher", "doctor"), "m": ("man", "teacher", "doctor")}
YOUNG_KIN = {"f": ("sister", "friend"), "m": ("brother", "friend")}
OLD_KIN = {"f": ("mother", "grandmother"), "m": ("father", "grandfather")}
EITHER = ("teacher", "doctor", "friend")  # words for both genders
PRONOUNS = {"f": {"": "she", "obj": "her", "own": "her"}, "m": {"": "he", "obj": "him", "own": "his"}}


@dataclass(frozen=True, eq=False)
class Character:
    """A person with a name, a noun (a boy, later the boy), or a noun and a relative (her brother)."""

    word: str
    gender: str
    relative: "Character | None" = None
    tag = "PERSON"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Character | None"]]:
        """Return the pronoun if it is clear, else the name or the noun."""
        if teller.prefers_pronoun(self):
            words = [(PRONOUNS[self.gender][form], self)]
        else:
            words = [*self.determiner(teller), (f"{self.word}'s" if form == "own" else self.word, self)]
        teller.met(self)
        return words

    def determiner(self, teller: Teller) -> list[tuple[str, "Character | None"]]:
        """Return the words before the noun: none, an article, or the relative."""
        if self.relative and self.relative is teller.subject:
            return [(PRONOUNS[self.relative.gender]["own"], self.relative)]
        if self.relative:
            return self.relative.mention("own", teller)
        if self.word in NAMES[self.gender]:
            return []
        return [("the" if self in teller.known else "a", None)]

    def may_be(self, gender: str) -> bool:
        """Return True if he (m) or she (f) could refer to this person, judging by the word alone."""
        return self.gender == gender or self.word in EITHER


@dataclass(frozen=True, eq=False)
class Animal:
    """An animal that does something."""

    noun: Noun
    tag = "ANIMAL"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Animal | None"]]:
        """Return the words for the animal: first "a dog", then "the dog"."""
        article = "the" if self in teller.known else "a"
        teller.met(self)
        return [(article, None), (self.noun.english, self)]


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing to want, lose, give, or eat. If `alike` is True, only its adjective distinguishes it from another one."""

    noun: Noun
    adjective: Adjective
    alike: bool
    price: str
    tag: str

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Thing | None"]]:
        """Return the words for the thing: "a red ball" at first, then "the ball" or "the red ball"."""
        if form == "price":
            return [(self.price, None)]
        if form == "noun":
            return [(self.noun.english, self)]
        is_new = self not in teller.known
        teller.met(self)
        if form == "it":
            return [("it", self)]
        if is_new or form == "a":
            return [("some" if self.noun.use == "mass" else "a", None), *self.described(True)]
        return [("the", None), *self.described(self.alike or not teller.is_brief())]

    def described(self, fully: bool) -> list[tuple[str, "Thing | None"]]:
        """Return the noun, with or without the adjective."""
        adjective = [(self.adjective.english, None)] if fully else []
        return [*adjective, (self.noun.english, self)]

    @property
    def combination(self) -> tuple[str, str]:
        """The adjective and the noun, in dictionary forms."""
        return self.adjective.word, self.noun.word


@dataclass(frozen=True, eq=False)
class Place:
    """The location of somebody or something."""

    noun: Noun
    preposition: str
    tag = "PLACE"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Place | None"]]:
        """Return the words for the place: "the park" or "in the park"."""
        before = [(self.preposition, None)] if form == "in" else []
        return [*before, ("the", None), (self.noun.english, self)]


def as_place(noun: Noun, preposition: str = "") -> Place:
    """Return the place of a noun, with its preposition from the lexicon by default."""
    return Place(noun, preposition or noun.place)


def place(word: str, preposition: str = "") -> Place:
    """Return the place with this Portuguese name."""
    return as_place(LEXICON.entry("nouns", word), preposition)
