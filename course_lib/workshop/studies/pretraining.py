"""How near does a decoder come to the story-teller's own loss, if it is larger, or reads more?

Each decoder reads stories of the little world, none of them twice, and is then scored on held-out ones. The
story-teller is the program behind them, which knows how probable each word is that it may say.
"""

from functools import cache

from course_lib.data import load_stories
from course_lib.evaluation import score_texts
from course_lib.models import Llm, LlmConfig
from course_lib.workshop.studies.reading import ids, read, tokenizer
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.world.stories import story_losses

SIZES = {
    "32 × 1": {"d_model": 32, "num_layers": 1},
    "64 × 2": {},
    "96 × 3": {"d_model": 96, "num_layers": 3, "rate": 6e-3},
}
AMOUNTS = {"32 × 1": (30, 60, 120, 240, 480, 960), "64 × 2": (30, 60, 120, 240, 480), "96 × 3": (30, 60, 120, 240)}


@cache
def evaluation_set(stories: int) -> tuple[list[list[int]], float]:
    """Held-out texts, and the story-teller's own loss on them."""
    rows = load_stories("world", "validation")
    rows = rows[:: len(rows) // stories]
    encoded = tokenizer().encode_batch(rows["text"])
    return encoded, sum(sum(story_losses(words)) for words in rows["words"]) / sum(map(len, encoded))


def measure(
    seed: int = 0, d_model: int = 64, num_layers: int = 2, steps: int = 30, rate: float = 1e-2, stories: int = 100
) -> Numbers:
    """Nats per token after so many steps of 1,000 tokens: the held-out loss, and the story-teller's."""
    held_out, floor = evaluation_set(stories)
    sizes = {"d_model": d_model, "d_ff": 8 * d_model // 3 // 8 * 8, "num_layers": num_layers}
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), **sizes))
    read(model, ids("train"), 1000, steps, rate, seed)
    return {"loss": score_texts(model, held_out).loss, "story-teller": floor, "parameters": model.num_parameters()}


STUDY = Study(
    measure=measure,
    arms={f"{name}, {steps}": {**size, "steps": steps} for name, size in SIZES.items() for steps in AMOUNTS[name]},
    loaders=(load_stories,),
    toy={"steps": 1, "stories": 2},
)
