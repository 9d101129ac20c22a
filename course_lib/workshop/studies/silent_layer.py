"""Does a decoder with windows read longer texts better if its one layer without a window turns nothing?

The decoder of the study `positions`, with shared keys and values; it is trained with pieces of 64 characters, and reads
pieces of 256. Two layers see 16 characters, the one on top the whole text.
"""

from course_lib.data import load_stories
from course_lib.models import Llm
from course_lib.models.character_decoder import new_decoder
from course_lib.workshop.studies.positions import spans, train
from course_lib.workshop.studies.study import Numbers, Study


def silence(model: Llm, layers: tuple[int, ...]) -> None:
    """Let these layers turn nothing, counted from 0."""
    for i in layers:
        model.layers[i].self_attention.rotary = None


def measure(
    seed: int = 0,
    windows: tuple[int | None, ...] = (16, 16, None),
    silent: tuple[int, ...] = (),
    steps: int = 200,
) -> Numbers:
    """Losses in texts four times as long as in training."""
    model = new_decoder(num_kv_heads=2, window_sizes=windows)
    silence(model, silent)
    return spans(train(model, steps, seed))


STUDY = Study(
    measure=measure,
    arms={
        "open layer turns": {},
        "open layer turns nothing": {"silent": (2,)},
        "windows everywhere": {"windows": (16, 16, 16)},
        "no windows": {"windows": (None, None, None)},
        "no windows, top layer turns nothing": {"windows": (None, None, None), "silent": (2,)},
    },
    loaders=(load_stories,),
    toy={"steps": 1},
)
