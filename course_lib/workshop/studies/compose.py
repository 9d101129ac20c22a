"""In how many colors must each thing be met until its color can be named in one in which it never was?

Of each thing that has a color, `drawn.csv` holds out one. Of the nine others, training shows only so many: drawn by
the seed for each thing, so all ten colors are met, on other things. A small vision transformer learns to name the
thing and its color, by two linear layers on the same vector. Then it is asked about new pictures.
"""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.data import load_captions
from course_lib.models import VisionConfig, VisionTower
from course_lib.workshop.studies.harness import descend, percent
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.rng import Rng
from course_lib.world.scenes.cast import COLORS, DRAWABLES
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.layout import place_things
from course_lib.world.scenes.scene import Scene

HELD_OUT = {noun: drawable.held_out for noun, drawable in DRAWABLES.items() if drawable.held_out}
NOUNS = tuple(HELD_OUT)
PIXELS, PATCH = 64, 16
Palettes = dict[str, tuple[str, ...]]  # of each noun the colors in which it is drawn


class Namer(nn.Module):
    """A vision tower that names two things at once: logits of the noun, and of the color."""

    def __init__(self):
        super().__init__()
        sizes = {"d_model": 96, "d_ff": 192, "num_layers": 2}
        self.tower = VisionTower(VisionConfig(image_size=PIXELS, patch_size=PATCH, **sizes))
        self.noun, self.colour = nn.Linear(96, len(NOUNS)), nn.Linear(96, len(COLORS))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of nouns and of colors."""
        y = self.tower(pixels)
        return self.noun(y), self.colour(y)


def met_colors(rng: Rng, met: int) -> Palettes:
    """Of each noun `met` colors, never the one that is held out."""
    return {
        noun: tuple(rng.shuffled(colour for colour in COLORS if colour != held_out)[:met])
        for noun, held_out in HELD_OUT.items()
    }


def draw_things(rng: Rng, palettes: Palettes, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """So many pictures with one thing and nobody in them: pixels, numbers of the nouns, and of the colors."""
    scenes = [draw_thing(rng, palettes) for _ in range(count)]
    pixels = torch.stack([torch.tensor(render(scene, PIXELS)) for scene in scenes]).permute(0, 3, 1, 2) / 127.5 - 1
    nouns = torch.tensor([NOUNS.index(scene.noun) for scene in scenes])
    return pixels, nouns, torch.tensor([COLORS.index(scene.colour) for scene in scenes])


def draw_thing(rng: Rng, palettes: Palettes) -> Scene:
    """A scene with one thing, in one of its colors."""
    thing = DRAWABLES[rng.pick(NOUNS)]
    colour, place = rng.pick(palettes[thing.noun]), rng.pick(thing.places)
    spots = place_things(rng, thing, 1, rng.pick(("left", "", "right")))
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
    """Percents of new pictures whose noun and color are named, of known pairs and of held-out ones."""
    rng = Rng(seed)
    palettes = met_colors(rng, met)
    pixels, nouns, colours = draw_things(rng, palettes, pictures)
    model = Namer()
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, fused=True)

    def loss():
        some = torch.randint(pictures, (batch,))
        noun, colour = model(pixels[some])
        return F.cross_entropy(noun, nouns[some]) + F.cross_entropy(colour, colours[some])

    descend(optimizer, loss, steps)
    known, new = draw_things(rng, palettes, asked), draw_things(rng, {n: (c,) for n, c in HELD_OUT.items()}, asked)
    return named(model, "known", palettes, *known) | named(model, "withheld", palettes, *new)


@torch.no_grad()
def named(
    model: Namer, pairs: str, palettes: Palettes, pixels: torch.Tensor, nouns: torch.Tensor, colours: torch.Tensor
) -> Numbers:
    """Percents of right nouns, of right colors, and of colors in which training shows the thing ("as met")."""
    noun, colour = (logits.argmax(dim=1) for logits in model(pixels))
    met = [COLORS[said] in palettes[NOUNS[thing]] for said, thing in zip(colour.tolist(), nouns.tolist(), strict=True)]
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
    loaders=(load_captions,),  # drawn by the same code: if these pictures change, so do those of this study
    toy={"pictures": 7, "steps": 2, "batch": 5, "asked": 3},
)
