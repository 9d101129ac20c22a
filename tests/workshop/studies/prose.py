"""Numbers in the prose of the lessons that come from a study: each is a link to its card.

    [91 %](../data/studies/ring.json "one layer: right[-1]")

The title says which arm and which number: the mean over the seeds, or the lowest and the highest where the text tells
two ("89 to 93 %"). With ", lowest", ", highest" or ", seed 1" behind it, it is that one.
"""

import re

import numpy as np

from course_lib.workshop.studies import Card

LINK = re.compile(r'\[([^\]]+)\]\(\.\./data/studies/(\w+)\.json(?: "([^"]*)")?\)')
TITLE = re.compile(r"(?P<arm>.+): (?P<number>[^:]+?)(?:, (?P<which>lowest|highest|seed \d+))?")
NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.\d+)?")


def links(text):
    """Of each link to a card its text, the name of the study, and the title ("" without one)."""
    return LINK.findall(text)


def differs(text, title, card: Card):
    """What is wrong with such a link, in words for its author, or None."""
    if not title:
        return None
    parts = TITLE.fullmatch(title)
    if parts is None or parts["arm"] not in card.arms:
        return f'"{title}" names none of the arms {card.arms}'
    values = card.values(parts["number"]).get(parts["arm"])
    if values is None or values.ndim != 1:
        return f'"{title}" is not a number of that arm; of a curve, say which point, as in right[-1]'
    told, meant = NUMBER.findall(text), picked(values, parts["which"], len(NUMBER.findall(text)))
    shown = [float(number.replace(",", "").replace("−", "-")) for number in told]
    if len(shown) != len(meant) or any(abs(a - b) > half_a_unit(n) for n, a, b in zip(told, shown, meant, strict=True)):
        return f'"{text}" tells {told}, the card has {meant} for "{title}"'
    return None


def picked(values, which, count):
    """The numbers that a title means."""
    if which is None:
        return [values.min(), values.max()] if count == 2 else [values.mean()]
    if which.startswith("seed"):
        return [values[int(which.removeprefix("seed "))]]
    return [{"lowest": np.min, "highest": np.max}[which](values)]


def half_a_unit(number):
    """How far a number may be from what it rounds; a little more than half a unit of its last digit."""
    return 0.5001 * 10 ** -len(number.partition(".")[2])
