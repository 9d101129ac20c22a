"""Questions about a scene, with answers as a sentence and as one word, and three ways to ask them.

The three ways are from the slide on inference: the question alone, the ambiguous "Q: ... A:", and the question with the
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
    """A question of one kind: color, object, count, place, side, person, yes/no, or premise.

    `sentence` is the full answer ("The man is wearing a yellow shirt."), and `word` the short one ("Yellow."). `topic`
    and `words` determine its phrasings. `held_out` is "thing" or "shirt" if the answer names a held-out combination,
    else "".
    """

    kind: str
    topic: str
    words: dict[str, str]
    sentence: str
    word: str
    held_out: str = ""
    named: bool = False  # True if the person must be named, because "his shirt" could be another person's

    @property
    def text(self) -> str:
        """The question in the slide's phrasing."""
        return fill(WORDINGS[self.topic].known[0], self.words)

    def ways(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """Return the templates of all known or all held-out phrasings."""
        of_topic = WORDINGS[self.topic]
        ways = of_topic.held_out if held_out_wording else of_topic.known
        return tuple(way for way in ways if "{kind}" in way or not self.named)

    def wordings(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """Return all known or all held-out phrasings."""
        return tuple(fill(way, self.words) for way in self.ways(held_out_wording))

    def turn(self, form: str, text: str | None = None) -> dict[str, str]:
        """Return the question and the answer in a form, one of `FORMS`, as a dict with the keys user and assistant.

        Args:
            form: one of `FORMS`.
            text: one of the phrasings. Default: the slide's.
        """
        return {
            "user": FORMS[form].format(text or self.text),
            "assistant": self.word if form == "word" else self.sentence,
        }


def questions(scene: Scene) -> tuple[Question, ...]:
    """Return all questions about a scene. Half of the yes/no questions have the answer yes."""
    rng = Rng(digest(f"questions {scene!r}"))
    asked = [*about_things(scene), *about_presence(rng, scene)]
    if scene.person:
        asked += [*about_person(scene), *about_clothes(rng, scene)]
    return tuple(asked)


def ask(kind: str, topic: str, words: dict[str, str], sentence: str, word: str, held_out: str = "") -> Question:
    """Return a `Question` whose answers start with a capital and end with a full stop."""
    return Question(kind, topic, words, capitalise(f"{sentence}."), capitalise(f"{word}."), held_out)


def words_of(name: str, count: int = 1, person: str = "") -> dict[str, str]:
    """Return the words for questions about `count` things with this name, and a person if there is one."""
    thing = name if count == 1 else DRAWABLES[name].plural
    one = {"be": "is", "do": "does", "have": "has", "they": PRONOUNS.get(name, {"he": "it"})["he"]}
    many = {"be": "are", "do": "do", "have": "have", "they": "they"}
    return {"thing": thing, **(one if count == 1 else many), "kind": person, **PRONOUNS.get(person, {})}


def about_things(scene: Scene) -> Iterator[Question]:
    """Yield questions about the things: their name, number, color, and place."""
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
    """Yield questions about the person: their kind, their place, and the side of the things."""
    kind, words = scene.person.kind, words_of(scene.noun, scene.count, scene.person.kind)
    name, be = words["thing"], words["be"]
    yield ask("person", "person", words, f"there is {with_article(kind)} in the picture", kind)
    yield ask("place", "place", words_of(kind), f"the {kind} is {located(scene)}", located(scene))
    yield ask("side", "side", words, f"the {name} {be} on the {scene.side} of the {kind}", scene.side)


def about_clothes(rng: Rng, scene: Scene) -> Iterator[Question]:
    """Yield questions about the colors of the clothes, and about whether the shirt has its color or another one.

    The other color is also worn by such people in training. Otherwise, held-out colors would always have the answer no.
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
    """Return the words for questions about a garment of a kind of person."""
    many = name == "trousers"
    verbs = {"be": "are", "do": "do"} if many else {"be": "is", "do": "does"}
    return {"worn": name, "worn_phrase": name if many else with_article(name), "kind": kind, **verbs, **PRONOUNS[kind]}


def wearing(person: Person, colour: str) -> Question:
    """Return the question whether the person wears a shirt of this color."""
    word, told = "yes" if colour == person.shirt else "no", garment("shirt", person.shirt)
    words = {"kind": person.kind, "shirt": garment("shirt", colour), "colour": colour, **PRONOUNS[person.kind]}
    held_out = "shirt" if person.shirt in WITHHELD_SHIRTS[person.kind] else ""
    return ask("yes/no", "wearing", words, f"{word}, the {person.kind} is wearing {told}", word, held_out)


def about_presence(rng: Rng, scene: Scene) -> Iterator[Question]:
    """Yield questions about the presence of things and people that are in the picture, and of others that are not."""
    nouns = [scene.noun, rng.pick(absent_things(scene))]
    if scene.person:
        nouns += [scene.person.kind, rng.pick(absent_people(scene))]
    for noun in nouns:
        yield presence(scene, noun)


def presence(scene: Scene, noun: str) -> Question:
    """Return the question whether there is such a thing or person in the picture."""
    word = "yes" if noun == scene.noun or scene.person and noun == scene.person.kind else "no"
    told = with_article(noun) if word == "yes" else f"no {noun}"
    words = {"noun": noun, "a_noun": with_article(noun)}
    held_out = "thing" if noun == scene.noun and has_held_out_thing(scene) else ""
    return ask("yes/no", "presence", words, f"{word}, there is {told} in the picture", word, held_out)


def seen_in(noun: str, colour: str) -> bool:
    """Return True if training shows such things in this color, or if the drawing has fixed colors."""
    return DRAWABLES[noun].held_out != colour


def worn_by(kind: str, shirt: str) -> bool:
    """Return True if training shows people of this kind in a shirt of this color."""
    return shirt not in WITHHELD_SHIRTS[kind]


def other_shirts(person: Person) -> list[str]:
    """Return the other shirt colors that people of the same kind wear in training."""
    return [colour for colour in PAINTS if colour != person.shirt and worn_by(person.kind, colour)]


def absent_things(scene: Scene) -> list[str]:
    """Return the drawable things that are not in the picture and that training shows in the color of the present ones.

    Otherwise, a question about a duck in a picture of yellow things would always have the answer no, and the model
    would learn to deny yellow ducks.
    """
    absent = (noun for noun in LABELS if noun != scene.noun and noun not in SHOWN.get(scene.place, ()))
    return [noun for noun in absent if not scene.colour or seen_in(noun, scene.colour)]


def absent_people(scene: Scene) -> list[str]:
    """Return the kinds of people that are not in the picture and that wear the present shirt's color in training."""
    person = scene.person
    return [kind for kind in KINDS if person is None or kind != person.kind and worn_by(kind, person.shirt)]


def false_premises(scene: Scene) -> tuple[Question, ...]:
    """Return questions of the kind "premise": each asks about something absent, and the answer says so."""
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
    """Return a `Question` whose answer says that there is no such thing or person in the picture."""
    return Question("premise", topic, words, f"There is no {noun} in the picture.", "None.", named=named)
