"""Plots: templates of sentences to choose from.

In every plot, a hero wants a thing (`t`), and there is another thing (`d`). An outcome names the *loser*, who has the
thing if the hero does not. Its template uses `x` for the person who has the thing in the end and `y` for the other one,
or `u` for the hero's thing and `v` for the loser's. So a happy and a sad story have the same words in a different
order, and the words alone don't reveal how a story ends.

Slots: `hero`, `rival`, `giver`, `animal`; `t`, `d`; the places `p`, `q`, `near`, `store`, and the places for food, `f`
and `g`. A slot can have a form: `{hero.obj}` (see `cast.py`).
"""

from dataclasses import dataclass

from course_lib.world.language.entries import Noun
from course_lib.world.language.lexicon import nouns

SIGHTS = "parque praça praia jardim escola museu fazenda igreja castelo floresta"
SCENES = (
    "it was a cold morning.",
    "it was a hot afternoon.",
    "it was a beautiful day.",
    "it was sunday.",
    "it snowed all night.",
    "the birds sang in the trees.",
    "two butterflies danced over the flowers.",
    "a frog sang all day.",
    "a bear slept under a big tree.",
    "a snake slept in the flowers.",
    "some turtles swam in the water.",
    "the streets of the city were empty.",
    "the train came late.",
    "a bus came from the city.",
    "a plane was over the city.",
    "{hero} was tired.",
    "{hero} wore new shoes.",
    "{hero} wore black boots.",
    "{hero} wore white trousers.",
    "{hero} drank some water first.",
    "{hero} drank some hot milk first.",
    "{hero} drank some juice first.",
    "{hero} made some coffee first.",
    "{hero} ate some rice first.",
    "{hero} ate some soup first.",
    "{hero} ate some cheese first.",
    "{hero} sang a new song.",
    "{hero} read the newspaper.",
    "{hero} read a story about a lion.",
    "{hero} saw a film about elephants.",
    "{hero} wrote a poem.",
    "{hero} did an exercise first.",
    "{hero} opened the window of the bedroom.",
    "{hero} closed the door of the house.",
    "{hero} washed the windows first.",
    "{hero} fed the fish.",
    "{hero} could not sleep.",
    "{hero} worked on an easy task.",
    "{hero} had a difficult test that day.",
    "",
    "",
    "",
)
PARTINGS = (
    "in the evening they went home.",
    "it was late, and everybody went home.",
    "then it rained, and they went home.",
    "at night it was cold, and they stayed at home.",
    "{x} liked {t} very much.",
)
POSSESSIONS = (
    "{x} went home with {t}, and {y} went home without {t.it}.",
    "so {x} had {t}, and {y} did not.",
    "{x} was very happy with {t}.",
)


@dataclass(frozen=True)
class Plot:
    """A kind of story: several steps, each a choice of templates, and questions about it.

    `outcomes` maps the loser to its templates. `happy` and `sad` are the summaries of the two endings.
    """

    things: tuple[Noun, ...]
    openings: tuple[str, ...]
    middles: tuple[str, ...]
    outcomes: dict[str, tuple[str, ...]]
    questions: tuple[tuple[str, str], ...]
    happy: str
    sad: str
    closings: tuple[str, ...] = (*PARTINGS, *POSSESSIONS)
    alike: bool = False
    places: tuple[Noun, ...] = nouns(SIGHTS)
    tag: str = "THING"
