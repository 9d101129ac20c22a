"""English phrases for the contents of a scene, such as "two red balls" or "a man in a yellow shirt"."""

from course_lib.world.language.writing import NUMBERS, enumerate_words, with_article
from course_lib.world.scenes.cast import DRAWABLES, ENGLISH
from course_lib.world.scenes.scene import Person, Scene

OPPOSITE = {"left": "right", "right": "left"}


def counted(noun: str, count: int, colour: str = "") -> str:
    """Return a phrase for a number of things, such as "a dog", "two dogs", or "three brown dogs"."""
    word = noun if count == 1 else DRAWABLES[noun].plural
    phrase = f"{colour} {word}".strip()
    return with_article(phrase) if count == 1 else f"{NUMBERS[count - 1]} {phrase}"


def things(scene: Scene) -> str:
    """Return a phrase for the things in a scene without their color, such as "two balls"."""
    return counted(scene.noun, scene.count)


def colored_things(scene: Scene) -> str:
    """Return a phrase for the things in a scene with their color, unless the drawing has fixed colors."""
    return counted(scene.noun, scene.count, scene.colour)


def somebody(person: Person) -> str:
    """Return a phrase for a person, such as "a man"."""
    return with_article(person.kind)


def garment(name: str, colour: str) -> str:
    """Return a phrase for a garment, such as "a yellow shirt" or "black trousers"."""
    return f"{colour} {name}" if name == "trousers" else with_article(f"{colour} {name}")


def wearing(person: Person, *names: str) -> str:
    """Return a phrase for a person in some of their clothes, such as "a man in a yellow shirt and a red hat"."""
    worn = {"shirt": person.shirt, person.bottom: person.bottom_colour, "hat": person.hat}
    clothes = [garment(name, colour) for name, colour in worn.items() if name in names and colour]
    return f"{somebody(person)} in {enumerate_words(clothes)}"


def dressed(person: Person) -> str:
    """Return a phrase for a person in all of their clothes."""
    return wearing(person, "shirt", "trousers", "skirt", "hat")


def located(scene: Scene) -> str:
    """Return a phrase for the place of a scene, such as "in the park" or "on the beach"."""
    return f"{ENGLISH[scene.place].place} the {scene.place}"
