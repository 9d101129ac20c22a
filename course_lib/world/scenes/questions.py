"""Questions about a scene, each with its answer as a sentence and as one word, and the three ways of asking them.

The ways are those of the slide on inference: the question alone, the ambiguous "Q: ... A:", and the question with the
form of the answer ("Answer the question using a single word or phrase.").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from course_lib.world.dice import Dice
from course_lib.world.language.writing import NUMBERS, capitalise, with_article
from course_lib.world.scenes.cast import DRAWABLES, KINDS, LABELS, PAINTS, SHOWN, WITHHELD_SHIRTS
from course_lib.world.scenes.phrases import garment, located, things
from course_lib.world.scenes.scene import Person, Scene
from course_lib.world.splits import digest

FORMS = {
    "normal": "{}",
    "ambiguous": "Q: {} A:",
    "word": "{}\nAnswer the question using a single word or phrase.",
}


@dataclass(frozen=True)
class Question:
    """A question of one kind: colour, object, count, place, side, person or yes/no.

    `sentence` answers it in full ("The man is wearing a yellow shirt."), `word` in a word or two ("Yellow.").
    """

    kind: str
    text: str
    sentence: str
    word: str

    def turn(self, form: str) -> dict[str, str]:
        """What is asked and answered in a form, one of `FORMS`, as a dict with the keys user and assistant."""
        return {
            "user": FORMS[form].format(self.text),
            "assistant": self.word if form == "word" else self.sentence,
        }


def questions(scene: Scene) -> tuple[Question, ...]:
    """All questions about a scene; of the yes/no questions, half are answered by yes."""
    dice = Dice(digest(f"questions {scene!r}"))
    asked = [*about_things(scene), *about_presence(dice, scene)]
    if scene.person:
        asked += [*about_person(scene), *about_clothes(dice, scene)]
    return tuple(asked)


def ask(kind: str, text: str, sentence: str, word: str) -> Question:
    """A Question whose answers begin with capitals and end in full stops."""
    return Question(kind, text, capitalise(f"{sentence}."), capitalise(f"{word}."))


def about_things(scene: Scene) -> Iterator[Question]:
    """What it is, how many there are, in which colour, and where."""
    plural = DRAWABLES[scene.noun].plural
    name, be = (scene.noun, "is") if scene.count == 1 else (plural, "are")
    category = "animal" if DRAWABLES[scene.noun].animal else "thing"
    beside = f"next to the {scene.person.kind}" if scene.person else "in the picture"
    question = f"What is {beside}?" if scene.person else f"Which {category} do you see in the picture?"
    yield ask("object", question, f"there {be} {things(scene)} {beside}", name)
    number = NUMBERS[scene.count - 1]
    yield ask("count", f"How many {plural} are there?", f"there {be} {number} {name}", number)
    if scene.colour:
        yield ask("colour", f"What is the color of the {name}?", f"the {name} {be} {scene.colour}", scene.colour)
    yield ask("place", f"Where {be} the {name}?", f"the {name} {be} {located(scene)}", located(scene))


def about_person(scene: Scene) -> Iterator[Question]:
    """Who it is, and on which side of whom the things are."""
    kind, be = scene.person.kind, "is" if scene.count == 1 else "are"
    name = scene.noun if scene.count == 1 else DRAWABLES[scene.noun].plural
    yield ask("person", "Who is in the picture?", f"there is {with_article(kind)} in the picture", kind)
    yield ask("place", f"Where is the {kind}?", f"the {kind} is {located(scene)}", located(scene))
    yield ask(
        "side",
        f"On which side of the {kind} {be} the {name}?",
        f"the {name} {be} on the {scene.side} of the {kind}",
        scene.side,
    )


def about_clothes(dice: Dice, scene: Scene) -> Iterator[Question]:
    """The colours of what somebody wears, and whether it is this colour or another one.

    The other one is worn by such people in training, too: else withheld ones would always be answered by no.
    """
    person = scene.person
    kind, worn = person.kind, {"shirt": person.shirt, person.bottom: person.bottom_colour, "hat": person.hat}
    for name, colour in worn.items():
        if colour:
            question = f"What is the color of the {name} that the {kind} is wearing?"
            yield ask("colour", question, f"the {kind} is wearing {garment(name, colour)}", colour)
    for colour in (person.shirt, dice.pick(other_shirts(person))):
        yield wearing(person, colour)


def wearing(person: Person, colour: str) -> Question:
    """Whether somebody wears a shirt of this colour."""
    word, told = "yes" if colour == person.shirt else "no", garment("shirt", person.shirt)
    question = f"Is the {person.kind} wearing {garment('shirt', colour)}?"
    return ask("yes/no", question, f"{word}, the {person.kind} is wearing {told}", word)


def about_presence(dice: Dice, scene: Scene) -> Iterator[Question]:
    """Whether what is there is in the picture, and whether something else is."""
    nouns = [scene.noun, dice.pick(absent_things(scene))]
    if scene.person:
        nouns += [scene.person.kind, dice.pick(absent_people(scene))]
    for noun in nouns:
        yield presence(scene, noun)


def presence(scene: Scene, noun: str) -> Question:
    """Whether there is such a thing or such a person in the picture."""
    word = "yes" if noun == scene.noun or scene.person and noun == scene.person.kind else "no"
    question = f"Is there {with_article(noun)} in the picture?"
    told = with_article(noun) if word == "yes" else f"no {noun}"
    return ask("yes/no", question, f"{word}, there is {told} in the picture", word)


def other_shirts(person: Person) -> list[str]:
    """The colours of the shirts of other people of the same kind, as training shows them."""
    return [colour for colour in PAINTS if colour not in (person.shirt, *WITHHELD_SHIRTS[person.kind])]


def absent_things(scene: Scene) -> list[str]:
    """The things that could be drawn and aren't."""
    return [noun for noun in LABELS if noun != scene.noun and noun not in SHOWN.get(scene.place, ())]


def absent_people(scene: Scene) -> list[str]:
    """The kinds of people that aren't in the picture."""
    return [kind for kind in KINDS if scene.person is None or kind != scene.person.kind]


def false_premises(scene: Scene) -> tuple[Question, ...]:
    """Questions of the kind "premise": each takes for granted what isn't there, and the answer says so."""
    dice = Dice(digest(f"premises {scene!r}"))
    thing, kind = dice.pick(absent_things(scene)), dice.pick(absent_people(scene))
    asked = {f"Where is the {thing}?": thing, f"Where is the {kind}?": kind}
    if DRAWABLES[thing].colours:
        asked[f"What is the color of the {thing}?"] = thing
    if scene.person:
        asked[f"On which side of the {scene.person.kind} is the {thing}?"] = thing
        if not scene.person.hat:
            asked[f"What is the color of the hat that the {scene.person.kind} is wearing?"] = "hat"
    return tuple(
        ask("premise", question, f"there is no {noun} in the picture", "none") for question, noun in asked.items()
    )
