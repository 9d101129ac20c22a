"""The people, animals, things, and places in a story, and the words that refer to them.

Each class has a method `mention(form, teller)`, which returns pairs (word, referent). These are the possible forms:

- for a person: "" (ana, she), "obj" (ana, her), and "own" (ana's, her);
- for an animal: only "" (a dog, and later the dog);
- for a thing: "" (a red ball, and later the ball), "a" (always a red ball), "it", "noun" (ball), and "price" (cheap);
- for a place: "" (the park) and "in" (in the park).
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
    """A person in a story, who has a name ("ana") or is called by a noun ("a boy", "her brother").

    Args:
        word: the name or the noun.
        gender: "f" or "m".
        relative: the person whose brother, mother, or friend this one is. Default: None.
    """

    word: str
    gender: str
    relative: "Character | None" = None
    tag = "PERSON"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Character | None"]]:
        """Return the words for the person: often a pronoun if its referent is clear, or else the name or the noun."""
        if teller.prefers_pronoun(self):
            words = [(PRONOUNS[self.gender][form], self)]
        else:
            words = [*self.determiner(teller), (f"{self.word}'s" if form == "own" else self.word, self)]
        teller.met(self)
        return words

    def determiner(self, teller: Teller) -> list[tuple[str, "Character | None"]]:
        """Return the words before the noun: an article, a possessive (her, ana's), or nothing before a name."""
        if self.relative and self.relative is teller.subject:
            return [(PRONOUNS[self.relative.gender]["own"], self.relative)]
        if self.relative:
            return self.relative.mention("own", teller)
        if self.word in NAMES[self.gender]:
            return []
        return [("the" if self in teller.known else "a", None)]

    def may_be(self, gender: str) -> bool:
        """Return True if "he" (m) or "she" (f) could refer to this person, judging only by the name or the noun."""
        return self.gender == gender or self.word in EITHER


@dataclass(frozen=True, eq=False)
class Animal:
    """An animal that acts in a story, such as a dog that eats the cake."""

    noun: Noun
    tag = "ANIMAL"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Animal | None"]]:
        """Return the words for the animal: first "a dog", then "the dog"."""
        article = "the" if self in teller.known else "a"
        teller.met(self)
        return [(article, None), (self.noun.english, self)]


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that people in a story want, lose, give, or eat. It can also be an animal, such as a pet.

    Args:
        noun: the noun.
        adjective: the adjective that always describes the thing.
        alike: True if the story has another thing with the same noun, so that only the adjective distinguishes the two.
        price: "cheap" or "expensive".
        tag: the tag of the noun, "THING" or "ANIMAL".
    """

    noun: Noun
    adjective: Adjective
    alike: bool
    price: str
    tag: str

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Thing | None"]]:
        """Return the words for the thing: "a red ball" at its first mention, and later "the ball" or "the red ball"."""
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
        """Return the noun, after its adjective if `fully` is True."""
        adjective = [(self.adjective.english, None)] if fully else []
        return [*adjective, (self.noun.english, self)]

    @property
    def combination(self) -> tuple[str, str]:
        """The adjective and the noun in dictionary form: the combination that can be held out."""
        return self.adjective.word, self.noun.word


@dataclass(frozen=True, eq=False)
class Place:
    """A place where a person or a thing is, such as "the park".

    Args:
        noun: the noun.
        preposition: the preposition of the form "in", such as "on" for "on the table".
    """

    noun: Noun
    preposition: str
    tag = "PLACE"

    def mention(self, form: str, teller: Teller) -> list[tuple[str, "Place | None"]]:
        """Return the words for the place: "the park" or "in the park"."""
        before = [(self.preposition, None)] if form == "in" else []
        return [*before, ("the", None), (self.noun.english, self)]


def as_place(noun: Noun, preposition: str = "") -> Place:
    """Create a place from a noun. Its preposition comes from the lexicon unless `preposition` is given."""
    return Place(noun, preposition or noun.place)


def place(word: str, preposition: str = "") -> Place:
    """Create a place from its Portuguese noun. Its preposition comes from the lexicon unless `preposition` is given."""
    return as_place(LEXICON.entry("nouns", word), preposition)
