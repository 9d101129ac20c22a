"""Stories that are generated lazily: each random choice is made only when the next word depends on it.

These stories have the same probabilities as those of `Tale`, which chooses the whole cast before the first word. But
here a person or a thing that is never mentioned is never chosen either. So there are far fewer sequences of choices,
and `likelihood.py` can go through all those that agree with a given story.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import permutations
from typing import TypeVar

from course_lib.world.language.entries import Noun
from course_lib.world.rng import Rng
from course_lib.world.stories.cast import Animal, Character, Place, Thing, as_place
from course_lib.world.stories.casting import EATERS, FOR_FOOD, LANDMARKS, STORE, child, giver, rival, suitable
from course_lib.world.stories.plot import SCENES, Plot
from course_lib.world.stories.story import PLOTS
from course_lib.world.stories.teller import Named, Teller

Option = TypeVar("Option")
SLOTS = "p", "q", "near"
WHOLE = 6 * 7 * 8  # divisible by 6, 7, and 8, the possible numbers of landmarks to choose from


class LazyTale:
    """A random story. The method `tell` generates it, and `teller.words` contains the words so far."""

    def __init__(self, rng: Rng):
        self.rng, self.teller = rng, Teller(rng, {})

    def tell(self) -> None:
        """Generate the whole story."""
        plot, tell, pick = PLOTS[self.rng.pick(tuple(PLOTS))], self.teller.tell, self.rng.pick
        cast = self.teller.cast = LazyCast(self.rng, plot)
        for beat in (plot.openings, SCENES, plot.middles):
            tell(pick(beat))
        cast.loser = self.rng.weighted({slot: len(templates) for slot, templates in plot.outcomes.items()})
        tell(pick(plot.outcomes[cast.loser]))
        tell(pick(plot.closings))


class LazyCast(dict):
    """The cast of a story, as a dict from slots to people, things, and so on. Each is chosen at its first use.

    The attribute `loser` must be set before the outcome is generated.
    """

    loser = ""

    def __init__(self, rng: Rng, plot: Plot):
        super().__init__(store=STORE)
        self.rng, self.plot, self.tours = rng, plot, tours(plot.places)

    def __missing__(self, slot: str) -> Named | bool:
        return self.setdefault(slot, getattr(self, f"draw_{slot}")())

    def other(self, options: Sequence[Option], *taken: Option) -> Option:
        """Return a random option that is not in `taken`."""
        return self.rng.pick([option for option in options if option not in taken])

    def draw_hero(self) -> Character:
        return child(self.rng, self.rng.pick("fm"))

    def draw_rival(self) -> Character:
        return rival(self.rng, self["hero"])

    def draw_giver(self) -> Character:
        return giver(self.rng, self["hero"])

    def draw_animal(self) -> Animal:
        return Animal(self.rng.pick(EATERS))

    def draw_t(self) -> Thing:
        return self.thing(self.rng.pick(self.plot.things), "cheap" if self.first_is_cheap() else "expensive")

    def draw_d(self) -> Thing:
        t, price = self["t"], {"cheap": "expensive", "expensive": "cheap"}[self["t"].price]
        if self.plot.alike:
            return self.thing(t.noun, price, t.adjective)
        return self.thing(self.other(self.plot.things, t.noun), price)

    def first_is_cheap(self) -> bool:
        """Choose whether the desired thing is the cheap one.

        The choice is random only if both things have the same noun, because only such plots mention prices.
        """
        return self.plot.alike and self.rng.chance(0.5)

    def thing(self, noun: Noun, price: str, *taken: str) -> Thing:
        return Thing(noun, self.other(suitable(noun), *taken), self.plot.alike, price, self.plot.tag)

    def draw_p(self) -> Place:
        return as_place(self.visit("p"))

    def draw_q(self) -> Place:
        return as_place(self.visit("q"))

    def draw_near(self) -> Place:
        return as_place(self.visit("near"))

    def visit(self, slot: str) -> Noun:
        """Choose the noun for the place in a slot (p, q, or near), given the places that were chosen before."""
        weights = Counter()
        for tour, weight in self.tours.items():
            weights[tour[SLOTS.index(slot)]] += weight
        noun = self.rng.weighted(weights)
        self.tours = {tour: weight for tour, weight in self.tours.items() if tour[SLOTS.index(slot)] is noun}
        return noun

    def draw_f(self) -> Place:
        return self.rng.pick(FOR_FOOD)

    def draw_g(self) -> Place:
        return self.other(FOR_FOOD, self["f"])

    def draw_happy(self) -> bool:
        return self.rng.chance(0.5)

    def draw_x(self) -> Named:
        return self["hero" if self["happy"] else self.loser]

    def draw_y(self) -> Named:
        return self[self.loser if self["happy"] else "hero"]

    def draw_u(self) -> Thing:
        return self["t" if self["happy"] else "d"]

    def draw_v(self) -> Thing:
        return self["d" if self["happy"] else "t"]


@cache
def tours(places: tuple[Noun, ...]) -> dict[tuple[Noun, Noun, Noun], int]:
    """Return all possible nouns for the places (p, q, near), with weights proportional to their probabilities."""
    weights = {}
    for p, q in permutations(places, 2):
        near = [landmark.noun for landmark in LANDMARKS if landmark.noun not in (p, q)]
        weights |= {(p, q, noun): WHOLE // len(near) for noun in near}
    return weights
