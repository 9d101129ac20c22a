"""In how many colours must each thing be met until its colour can be named in one in which it never was?

Of each thing that has a colour, `drawn.csv` withholds one. Of the nine others, training shows only so many: drawn by
the seed for each thing, so all ten colours are met, on other things. A small vision transformer learns to name the
thing and its colour, by two linear layers on the same vector. Then it is asked about new pictures.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models import VisionConfig, VisionTower
from course_lib.workshop.studies.harness import descend, percent
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.dice import Dice
from course_lib.world.scenes.cast import COLOURS, DRAWABLES
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.layout import place_things
from course_lib.world.scenes.scene import Scene

WITHHELD = {noun: drawable.withheld for noun, drawable in DRAWABLES.items() if drawable.withheld}
NOUNS = tuple(WITHHELD)
PIXELS, PATCH = 64, 16
Palettes = dict[str, tuple[str, ...]]  # of each noun the colours in which it is drawn


class Namer(nn.Module):
    """A vision tower that names two things at once: logits of the noun, and of the colour."""

    def __init__(self):
        super().__init__()
        sizes = {"d_model": 96, "d_ff": 192, "num_layers": 2}
        self.tower = VisionTower(VisionConfig(image_size=PIXELS, patch_size=PATCH, **sizes))
        self.noun, self.colour = nn.Linear(96, len(NOUNS)), nn.Linear(96, len(COLOURS))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of nouns and of colours."""
        y = self.tower(pixels)
        return self.noun(y), self.colour(y)


def met_colours(dice: Dice, met: int) -> Palettes:
    """Of each noun `met` colours, never the one that is withheld."""
    return {
        noun: tuple(dice.shuffled(colour for colour in COLOURS if colour != withheld)[:met])
        for noun, withheld in WITHHELD.items()
    }


def draw_things(dice: Dice, palettes: Palettes, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """So many pictures with one thing and nobody in them: pixels, numbers of the nouns, and of the colours."""
    scenes = [draw_thing(dice, palettes) for _ in range(count)]
    pixels = torch.stack([torch.tensor(render(scene, PIXELS)) for scene in scenes]).permute(0, 3, 1, 2) / 127.5 - 1
    nouns = torch.tensor([NOUNS.index(scene.noun) for scene in scenes])
    return pixels, nouns, torch.tensor([COLOURS.index(scene.colour) for scene in scenes])


def draw_thing(dice: Dice, palettes: Palettes) -> Scene:
    """A scene with one thing, in one of its colours."""
    thing = DRAWABLES[dice.pick(NOUNS)]
    colour, place = dice.pick(palettes[thing.noun]), dice.pick(thing.places)
    spots = place_things(dice, thing, 1, dice.pick(("left", "", "right")))
    return Scene(place=place, noun=thing.noun, colour=colour, count=1, spots=spots, person=None, side="")


def measure(
    seed: int = 0,
    met: int = 2,
    pictures: int = 1000,
    steps: int = 300,
    rate: float = 1e-3,
    batch: int = 64,
    asked: int = 300,
) -> Numbers:
    """Percents of new pictures whose noun and colour are named, of known pairs and of withheld ones."""
    dice = Dice(seed)
    palettes = met_colours(dice, met)
    pixels, nouns, colours = draw_things(dice, palettes, pictures)
    model = Namer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, fused=True)

    def loss():
        some = torch.randint(pictures, (batch,))
        noun, colour = model(pixels[some])
        return F.cross_entropy(noun, nouns[some]) + F.cross_entropy(colour, colours[some])

    descend(optimizer, loss, steps)
    known, new = draw_things(dice, palettes, asked), draw_things(dice, {n: (c,) for n, c in WITHHELD.items()}, asked)
    return named(model, "known", palettes, *known) | named(model, "withheld", palettes, *new)


@torch.no_grad()
def named(
    model: Namer, pairs: str, palettes: Palettes, pixels: torch.Tensor, nouns: torch.Tensor, colours: torch.Tensor
) -> Numbers:
    """Percents of right nouns, of right colours, and of colours in which training shows the thing ("as met")."""
    noun, colour = (logits.argmax(dim=1) for logits in model(pixels))
    met = [COLOURS[said] in palettes[NOUNS[thing]] for said, thing in zip(colour.tolist(), nouns.tolist(), strict=True)]
    hits = {"thing": noun == nouns, "colour": colour == colours, "as met": torch.tensor(met)}
    return {f"{pairs} {name}": percent(hit) for name, hit in hits.items()}


STUDY = Study(
    measure=measure,
    arms={
        "two colours": {},
        "two, twice the pictures": {"pictures": 2000},
        "four colours": {"met": 4},
        "nine colours": {"met": 9},
    },
    toy={"pictures": 7, "steps": 2, "batch": 5, "asked": 3},
)
