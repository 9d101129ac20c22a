"""Questions about a scene, each with its answer as a sentence and as one word, and the three ways of asking them.

The ways are those of the slide on inference: the question alone, the ambiguous "Q: ... A:", and the question with the
form of the answer ("Answer the question using a single word or phrase.").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.world.language.writing import NUMBERS, capitalise, with_article
from course_lib.world.rng import Rng
from course_lib.world.scenes.cast import DRAWABLES, KINDS, LABELS, PAINTS, SHOWN, WITHHELD_SHIRTS
from course_lib.world.scenes.phrases import garment, located, things
from course_lib.world.scenes.scene import Person, Scene, has_held_out_shirt, has_held_out_thing
from course_lib.world.scenes.wordings import WORDINGS, fill
from course_lib.world.splits import digest

FORMS = {
    "normal": "{}",
    "ambiguous": "Q: {} A:",
    "word": "{}\nAnswer the question using a single word or phrase.",
}
PRONOUNS = {
    "man": {"he": "he", "his": "his", "him": "him"},
    "woman": {"he": "she", "his": "her", "him": "her"},
    "boy": {"he": "he", "his": "his", "him": "him"},
    "girl": {"he": "she", "his": "her", "him": "her"},
}


@dataclass(frozen=True)
class Question:
    """A question of one kind: color, object, count, place, side, person, yes/no or premise.

    `sentence` answers it in full ("The man is wearing a yellow shirt."), `word` in a word or two ("Yellow."). `topic`
    and `words` give its wordings. `held_out` is "thing" or "shirt" where the answer names a combination that training
    never shows, else "".
    """

    kind: str
    topic: str
    words: dict[str, str]
    sentence: str
    word: str
    held_out: str = ""
    named: bool = False  # whoever is asked about must be named: "his shirt" might be another's

    @property
    def text(self) -> str:
        """The question in the slide's words."""
        return fill(WORDINGS[self.topic].known[0], self.words)

    def ways(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """All ways of asking it that training shows, or those that it holds out, to be filled with its words."""
        of_topic = WORDINGS[self.topic]
        ways = of_topic.held_out if held_out_wording else of_topic.known
        return tuple(way for way in ways if "{kind}" in way or not self.named)

    def wordings(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """The same with its words."""
        return tuple(fill(way, self.words) for way in self.ways(held_out_wording))

    def turn(self, form: str, text: str | None = None) -> dict[str, str]:
        """What is asked and answered in a form, one of `FORMS`, as a dict with the keys user and assistant.

        `text`: one of its wordings; default: the slide's.
        """
        return {
            "user": FORMS[form].format(text or self.text),
            "assistant": self.word if form == "word" else self.sentence,
        }


def questions(scene: Scene) -> tuple[Question, ...]:
    """All questions about a scene; of the yes/no questions, half are answered by yes."""
    rng = Rng(digest(f"questions {scene!r}"))
    asked = [*about_things(scene), *about_presence(rng, scene)]
    if scene.person:
        asked += [*about_person(scene), *about_clothes(rng, scene)]
    return tuple(asked)


def ask(kind: str, topic: str, words: dict[str, str], sentence: str, word: str, held_out: str = "") -> Question:
    """A Question whose answers begin with capitals and end in full stops."""
    return Question(kind, topic, words, capitalise(f"{sentence}."), capitalise(f"{word}."), held_out)


def words_of(name: str, count: int = 1, person: str = "") -> dict[str, str]:
    """The words of questions about so many things of a name, and perhaps about a person, too."""
    thing = name if count == 1 else DRAWABLES[name].plural
    one = {"be": "is", "do": "does", "have": "has", "they": PRONOUNS.get(name, {"he": "it"})["he"]}
    many = {"be": "are", "do": "do", "have": "have", "they": "they"}
    return {"thing": thing, **(one if count == 1 else many), "kind": person, **PRONOUNS.get(person, {})}


def about_things(scene: Scene) -> Iterator[Question]:
    """What it is, how many there are, in which colour, and where."""
    drawable, person = DRAWABLES[scene.noun], scene.person.kind if scene.person else ""
    name, be = (scene.noun, "is") if scene.count == 1 else (drawable.plural, "are")
    held_out = "thing" if has_held_out_thing(scene) else ""
    words = words_of(scene.noun, scene.count, person)
    words |= {"plural": drawable.plural, "category": "animal" if drawable.animal else "thing"}
    beside = f"next to the {person}" if person else "in the picture"
    yield ask("object", "object" if person else "alone", words, f"there {be} {things(scene)} {beside}", name, held_out)
    number = NUMBERS[scene.count - 1]
    yield ask("count", "count", words, f"there {be} {number} {name}", number)
    if scene.colour:
        yield ask("colour", "colour", words, f"the {name} {be} {scene.colour}", scene.colour, held_out)
    yield ask("place", "place", words, f"the {name} {be} {located(scene)}", located(scene))


def about_person(scene: Scene) -> Iterator[Question]:
    """Who it is, and on which side of whom the things are."""
    kind, words = scene.person.kind, words_of(scene.noun, scene.count, scene.person.kind)
    name, be = words["thing"], words["be"]
    yield ask("person", "person", words, f"there is {with_article(kind)} in the picture", kind)
    yield ask("place", "place", words_of(kind), f"the {kind} is {located(scene)}", located(scene))
    yield ask("side", "side", words, f"the {name} {be} on the {scene.side} of the {kind}", scene.side)


def about_clothes(rng: Rng, scene: Scene) -> Iterator[Question]:
    """The colors of what somebody wears, and whether it is this color or another one.

    The other one is worn by such people in training, too: else held-out ones would always be answered by no.
    """
    person = scene.person
    held_out = "shirt" if has_held_out_shirt(scene) else ""
    worn = {"shirt": person.shirt, person.bottom: person.bottom_colour, "hat": person.hat}
    for name, colour in worn.items():
        if colour:
            told = f"the {person.kind} is wearing {garment(name, colour)}"
            words = words_of_garment(person.kind, name)
            yield ask("colour", "worn", words, told, colour, held_out if name == "shirt" else "")
    for colour in (person.shirt, rng.pick(other_shirts(person))):
        yield wearing(person, colour)


def words_of_garment(kind: str, name: str) -> dict[str, str]:
    """The words of questions about a garment of a kind of person."""
    many = name == "trousers"
    verbs = {"be": "are", "do": "do"} if many else {"be": "is", "do": "does"}
    return {"worn": name, "worn_phrase": name if many else with_article(name), "kind": kind, **verbs, **PRONOUNS[kind]}


def wearing(person: Person, colour: str) -> Question:
    """Whether somebody wears a shirt of this color."""
    word, told = "yes" if colour == person.shirt else "no", garment("shirt", person.shirt)
    words = {"kind": person.kind, "shirt": garment("shirt", colour), "colour": colour, **PRONOUNS[person.kind]}
    held_out = "shirt" if person.shirt in WITHHELD_SHIRTS[person.kind] else ""
    return ask("yes/no", "wearing", words, f"{word}, the {person.kind} is wearing {told}", word, held_out)


def about_presence(rng: Rng, scene: Scene) -> Iterator[Question]:
    """Whether what is there is in the picture, and whether something else is."""
    nouns = [scene.noun, rng.pick(absent_things(scene))]
    if scene.person:
        nouns += [scene.person.kind, rng.pick(absent_people(scene))]
    for noun in nouns:
        yield presence(scene, noun)


def presence(scene: Scene, noun: str) -> Question:
    """Whether there is such a thing or such a person in the picture."""
    word = "yes" if noun == scene.noun or scene.person and noun == scene.person.kind else "no"
    told = with_article(noun) if word == "yes" else f"no {noun}"
    words = {"noun": noun, "a_noun": with_article(noun)}
    held_out = "thing" if noun == scene.noun and has_held_out_thing(scene) else ""
    return ask("yes/no", "presence", words, f"{word}, there is {told} in the picture", word, held_out)


def seen_in(noun: str, colour: str) -> bool:
    """Whether training shows such things in this color, or in none at all."""
    return DRAWABLES[noun].held_out != colour


def worn_by(kind: str, shirt: str) -> bool:
    """Whether training shows people of this kind in a shirt of this color."""
    return shirt not in WITHHELD_SHIRTS[kind]


def other_shirts(person: Person) -> list[str]:
    """The colors of the shirts of other people of the same kind, as training shows them."""
    return [colour for colour in PAINTS if colour != person.shirt and worn_by(person.kind, colour)]


def absent_things(scene: Scene) -> list[str]:
    """The things that could be drawn and aren't, but those that training never shows in the color of what is there.

    Else "yellow is seen, a duck is asked for" would always be answered by no, and yellow ducks be denied.
    """
    absent = (noun for noun in LABELS if noun != scene.noun and noun not in SHOWN.get(scene.place, ()))
    return [noun for noun in absent if not scene.colour or seen_in(noun, scene.colour)]


def absent_people(scene: Scene) -> list[str]:
    """The kinds of people that aren't in the picture, but those that training never shows in a shirt that is there."""
    person = scene.person
    return [kind for kind in KINDS if person is None or kind != person.kind and worn_by(kind, person.shirt)]


def false_premises(scene: Scene) -> tuple[Question, ...]:
    """Questions of the kind "premise": each takes for granted what isn't there, and the answer says so."""
    rng = Rng(digest(f"premises {scene!r}"))
    thing, kind = rng.pick(absent_things(scene)), rng.pick(absent_people(scene))
    person = scene.person.kind if scene.person else ""
    asked = [missing(thing, "place", words_of(thing)), missing(kind, "place", words_of(kind))]
    asked += [missing(kind, "worn", words_of_garment(kind, name), named=True) for name in ("shirt", "trousers")]
    if DRAWABLES[thing].colours:
        asked.append(missing(thing, "colour", words_of(thing)))
    if scene.person:
        asked.append(missing(thing, "side", words_of(thing, person=person)))
        if not scene.person.hat:
            asked.append(missing("hat", "worn", words_of_garment(person, "hat")))
    asked.append(missing(thing, "count", {"plural": DRAWABLES[thing].plural}))
    return tuple(asked)


def missing(noun: str, topic: str, words: dict[str, str], named: bool = False) -> Question:
    """A Question that is answered by saying that there is no such thing or person in the picture."""
    return Question("premise", topic, words, f"There is no {noun} in the picture.", "None.", named=named)
