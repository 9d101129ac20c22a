"""Generate questions about a scene in three forms, with both a sentence and a single word as the answer.

The three forms come from the slide on inference: the question alone, the ambiguous "Q: ... A:", and the question with
an instruction for the answer ("Answer the question using a single word or phrase.").
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
    """A question about a scene, with its answers and the words for its phrasings.

    `kind` is "colour", "object", "count", "place", "side", "person", "yes/no", or "premise". `topic` selects the
    phrasings, and `words` contains the words to fill in. `sentence` is the full answer ("The man is wearing a yellow
    shirt."), and `word` is the short one ("Yellow."). `held_out` is "thing" or "shirt" if the answer names a held-out
    combination, and otherwise "".
    """

    kind: str
    topic: str
    words: dict[str, str]
    sentence: str
    word: str
    held_out: str = ""
    named: bool = False  # True if phrasings must name the person, because "his shirt" could be another person's

    @property
    def text(self) -> str:
        """The question in the phrasing of the slide."""
        return fill(WORDINGS[self.topic].known[0], self.words)

    def ways(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """Return the templates of all phrasings that training uses, or of all held-out phrasings."""
        of_topic = WORDINGS[self.topic]
        ways = of_topic.held_out if held_out_wording else of_topic.known
        return tuple(way for way in ways if "{kind}" in way or not self.named)

    def wordings(self, held_out_wording: bool = False) -> tuple[str, ...]:
        """Return the question in all phrasings that training uses, or in all held-out phrasings."""
        return tuple(fill(way, self.words) for way in self.ways(held_out_wording))

    def turn(self, form: str, text: str | None = None) -> dict[str, str]:
        """Return the question and its answer in one of the three forms, as a dict with the keys user and assistant.

        Args:
            form: one of `FORMS`.
            text: the question in one of its phrasings. Default: the phrasing of the slide.
        """
        return {
            "user": FORMS[form].format(text or self.text),
            "assistant": self.word if form == "word" else self.sentence,
        }


def questions(scene: Scene) -> tuple[Question, ...]:
    """Return all questions about a scene. For half of the yes/no questions, the answer is yes."""
    rng = Rng(digest(f"questions {scene!r}"))
    asked = [*about_things(scene), *about_presence(rng, scene)]
    if scene.person:
        asked += [*about_person(scene), *about_clothes(rng, scene)]
    return tuple(asked)


def ask(kind: str, topic: str, words: dict[str, str], sentence: str, word: str, held_out: str = "") -> Question:
    """Create a `Question`, and make its answers start with a capital letter and end with a period."""
    return Question(kind, topic, words, capitalise(f"{sentence}."), capitalise(f"{word}."), held_out)


def words_of(name: str, count: int = 1, person: str = "") -> dict[str, str]:
    """Return the words to fill into questions about `count` things with this name, and about a person if any."""
    thing = name if count == 1 else DRAWABLES[name].plural
    one = {"be": "is", "do": "does", "have": "has", "they": PRONOUNS.get(name, {"he": "it"})["he"]}
    many = {"be": "are", "do": "do", "have": "have", "they": "they"}
    return {"thing": thing, **(one if count == 1 else many), "kind": person, **PRONOUNS.get(person, {})}


def about_things(scene: Scene) -> Iterator[Question]:
    """Yield questions about the things in a scene: their name, number, color, and place."""
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
    """Yield questions about the person in a scene: their kind, their place, and the side that the things are on."""
    kind, words = scene.person.kind, words_of(scene.noun, scene.count, scene.person.kind)
    name, be = words["thing"], words["be"]
    yield ask("person", "person", words, f"there is {with_article(kind)} in the picture", kind)
    yield ask("place", "place", words_of(kind), f"the {kind} is {located(scene)}", located(scene))
    yield ask("side", "side", words, f"the {name} {be} on the {scene.side} of the {kind}", scene.side)


def about_clothes(rng: Rng, scene: Scene) -> Iterator[Question]:
    """Yield questions about the colors of the clothes, and two yes/no questions about the color of the shirt.

    One of the yes/no questions names the true color, and the other one a wrong color that people of this kind wear in
    training. If held-out colors could be the wrong color, the answer for them would always be no in training.
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
    """Return the words to fill into questions about a garment of a person of this kind."""
    many = name == "trousers"
    verbs = {"be": "are", "do": "do"} if many else {"be": "is", "do": "does"}
    return {"worn": name, "worn_phrase": name if many else with_article(name), "kind": kind, **verbs, **PRONOUNS[kind]}


def wearing(person: Person, colour: str) -> Question:
    """Return a yes/no question that asks whether the person is wearing a shirt of this color."""
    word, told = "yes" if colour == person.shirt else "no", garment("shirt", person.shirt)
    words = {"kind": person.kind, "shirt": garment("shirt", colour), "colour": colour, **PRONOUNS[person.kind]}
    held_out = "shirt" if person.shirt in WITHHELD_SHIRTS[person.kind] else ""
    return ask("yes/no", "wearing", words, f"{word}, the {person.kind} is wearing {told}", word, held_out)


def about_presence(rng: Rng, scene: Scene) -> Iterator[Question]:
    """Yield yes/no questions about whether things and people are in the picture. Half of the answers are yes."""
    nouns = [scene.noun, rng.pick(absent_things(scene))]
    if scene.person:
        nouns += [scene.person.kind, rng.pick(absent_people(scene))]
    for noun in nouns:
        yield presence(scene, noun)


def presence(scene: Scene, noun: str) -> Question:
    """Return a yes/no question that asks whether such a thing or person is in the picture."""
    word = "yes" if noun == scene.noun or scene.person and noun == scene.person.kind else "no"
    told = with_article(noun) if word == "yes" else f"no {noun}"
    words = {"noun": noun, "a_noun": with_article(noun)}
    held_out = "thing" if noun == scene.noun and has_held_out_thing(scene) else ""
    return ask("yes/no", "presence", words, f"{word}, there is {told} in the picture", word, held_out)


def seen_in(noun: str, colour: str) -> bool:
    """Return True unless this color is held out for things of this kind."""
    return DRAWABLES[noun].held_out != colour


def worn_by(kind: str, shirt: str) -> bool:
    """Return True unless this shirt color is held out for people of this kind."""
    return shirt not in WITHHELD_SHIRTS[kind]


def other_shirts(person: Person) -> list[str]:
    """Return the other shirt colors that people of the same kind wear in training."""
    return [colour for colour in PAINTS if colour != person.shirt and worn_by(person.kind, colour)]


def absent_things(scene: Scene) -> list[str]:
    """Return the things that are not in the picture, except things for which the color in the picture is held out.

    Without this exception, the answer to a question about a duck in a picture of yellow things would always be no in
    training, and the model would learn to deny that there are yellow ducks.
    """
    absent = (noun for noun in LABELS if noun != scene.noun and noun not in SHOWN.get(scene.place, ()))
    return [noun for noun in absent if not scene.colour or seen_in(noun, scene.colour)]


def absent_people(scene: Scene) -> list[str]:
    """Return the kinds of people that are not in the picture, unless its shirt color is held out for them."""
    person = scene.person
    return [kind for kind in KINDS if person is None or kind != person.kind and worn_by(kind, person.shirt)]


def false_premises(scene: Scene) -> tuple[Question, ...]:
    """Return questions with a false premise: each asks about a thing or person that is not in the picture.

    The answers say that there is no such thing or person.
    """
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
    """Create a question about a thing or person that is not in the picture, with an answer that says so."""
    return Question("premise", topic, words, f"There is no {noun} in the picture.", "None.", named=named)
