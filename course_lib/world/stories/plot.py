"""Plots: the templates from which the sentences of a story are chosen.

In every plot, a hero wants one thing (`t`), and there is also another thing (`d`). Each outcome has a *loser*, who gets
the desired thing if the hero does not. The templates of an outcome use `x` for the person or animal that has the
desired thing in the end, and `y` for the other one. Or they use `u` for the thing that the hero gets, and `v` for the
thing that the loser gets. So a happy and a sad story can have the same words in a different order, and the words alone
don't reveal the ending.

A template has slots in braces: `hero`, `rival`, `giver`, and `animal`; the things `t` and `d`; the places `p`, `q`,
`near`, and `store`; and `f` and `g`, where food can be put. A slot can name a form, as in `{hero.obj}` (see `cast.py`).
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
    """A kind of story: the templates for each part of the story, and for questions about it and its summary.

    Args:
        things: the nouns for the thing that the hero wants and for the other thing.
        openings: templates for the first part of the story.
        middles: templates for the part before the outcome.
        outcomes: a dict from the loser's slot to templates for the outcome.
        questions: pairs of templates (question, answer).
        happy: the template for the summary of a story with a happy ending.
        sad: the template for the summary of a story with a sad ending.
        closings: templates for the last part of the story.
        alike: True if both things have the same noun, so that only their adjectives differ.
        places: the nouns for the places `p` and `q`.
        tag: the tag of the things, "THING" or "ANIMAL".
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
