"""What do rotation, shared heads and windows each do for a small decoder, within the length of its training and beyond?

The decoder of the study `positions`, trained with pieces of 64 characters; it reads pieces of 256. One part after the
other is added to a plain decoder, which adds waves to its input. Controls: windows without the rotation, and both of
the last two decoders trained for twice as long.
"""

from course_lib.data import load_stories
from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.workshop.studies.positions import held_out_loss, spans, train
from course_lib.workshop.studies.study import Numbers, Study

GQA = {"num_kv_heads": 2}
SWA = GQA | {"windows": (16, 16, 16)}


def measure(
    seed: int = 0,
    kind: str = "RoPE",
    num_kv_heads: int = 4,
    windows: tuple[int | None, ...] = (None, None, None),
    steps: int = 200,
) -> Numbers:
    """Losses in texts four times as long as in training."""
    model = train(new_decoder(kind, num_kv_heads=num_kv_heads, window_sizes=windows), steps, seed)
    return spans(model) | {"beyond": float(held_out_loss(model, 4 * LENGTH)[LENGTH:].mean())}


STUDY = Study(
    measure=measure,
    arms={
        "plain": {"kind": "waves"},
        "+ RoPE": {},
        "+ GQA": GQA,
        "+ SWA": SWA,
        "waves and windows": SWA | {"kind": "waves"},
        "no positions, windows": SWA | {"kind": "none"},
        "+ GQA, 400 steps": GQA | {"steps": 400},
        "+ SWA, 400 steps": SWA | {"steps": 400},
    },
    loaders=(load_stories,),
    toy={"steps": 1},
)
