"""What a plot is: sentences to choose from, as templates.

In every plot a hero wishes for a thing (`t`), and there is another one (`d`). An outcome names the *loser*: who has
the thing when the hero does not. Its template is told with `x` for the one who has the thing in the end and `y` for
the other, or with `u` for what the hero gets and `v` for what the loser gets. So a happy and a sad story are made of
the same words in another order, and the words alone do not tell how a story ends.

Slots: `hero`, `rival`, `giver`, `animal`; `t`, `d`; the places `p`, `q`, `near`, `store`, and `f`, `g`, where food is
put down. A form may follow the slot: `{hero.obj}` (see `stories_cast`).
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
    """One kind of story: beats, each of them a choice of templates, and what can be asked about it.

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
