"""Which learning rates can a small decoder stand, with and without a norm of its queries and keys?

The decoder of the study `positions`, without windows. The norms are those of Qwen 3 and Gemma 3: an RMSNorm of each
query and each key, in each head, before they are turned.
"""

import torch

from course_lib.data import load_stories, predict_next
from course_lib.data.story_characters import pieces
from course_lib.models import Llm
from course_lib.models.character_decoder import LENGTH, new_decoder
from course_lib.nn import record_attention
from course_lib.workshop.studies.positions import held_out_loss, train
from course_lib.workshop.studies.study import Numbers, Study

RATES = 0.004, 0.008, 0.016, 0.032, 0.064


@torch.no_grad()
def largest_score(model: Llm, rows: int = 16) -> float:
    """The largest size of a score, before the softmax, in held-out pieces."""
    with record_attention(model) as maps:
        model(predict_next(pieces(LENGTH, "validation")[:rows]).tokens)
    queries, keys = maps.queries("decoder"), maps.keys("decoder")
    return float((queries @ keys.mT / queries.shape[-1] ** 0.5).tril().abs().max())


def measure(seed: int = 0, qk_norm: bool = False, rates: tuple[float, ...] = RATES, steps: int = 200) -> Numbers:
    """The loss within the trained length, and the largest score, after a training at each rate."""
    losses, scores = [], []
    for rate in rates:
        torch.manual_seed(seed)
        model = train(new_decoder(qk_norm=qk_norm), steps, seed, rate=rate)
        losses.append(float(held_out_loss(model).mean()))
        scores.append(largest_score(model))
    return {"loss": losses, "score": scores}


STUDY = Study(
    measure=measure,
    arms={"without": {}, "with norms": {"qk_norm": True}},
    loaders=(load_stories,),
    toy={"rates": (0.004,), "steps": 1},
)
