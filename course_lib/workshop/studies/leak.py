"""Is a loss better because the test leaked, or because more was read, or something was read several times?

A small decoder reads a thousand stories, and 400 more: near copies of half of the test set, four of each, two words of
each copy changed; or, as controls, copies of as many stories that are in no test set; or 400 different stories. The
last two also unchanged: do the random words cost something, or the repetition?
"""

import random

from course_lib.data import load_stories
from course_lib.evaluation import score_texts
from course_lib.models import Llm, LlmConfig
from course_lib.workshop.studies.reading import read, texts, tokenizer
from course_lib.workshop.studies.study import Numbers, Study


def change(text: str, vocabulary: list[str], draw: random.Random, count: int) -> str:
    """The text with so many words replaced by random ones."""
    words = text.split()
    for place in draw.sample(range(len(words)), count):
        words[place] = draw.choice(vocabulary)
    return " ".join(words)


def measure(seed: int = 0, copied: str = "", copies: int = 4, changed: int = 2, steps: int = 250) -> Numbers:
    """The losses on the half of the test set that may leak, and on the other half, in nats per token.

    Args:
        copied: what is added to the thousand stories: "" nothing, "test" or "held out" stories, or "train" for others.
        copies: how many of each; together they are 400.
        changed: words of each that are replaced by random ones.
        steps: of 1,000 tokens.
    """
    train, held_out, encode = texts("train"), texts("validation"), tokenizer().encode_batch
    added = {"": [], "test": held_out[:100], "held out": held_out[200:], "train": train[1000:]}[copied][: 400 // copies]
    draw, vocabulary = random.Random(seed), sorted({word for text in train[:1000] for word in text.split()})
    stories = train[:1000] + [change(text, vocabulary, draw, changed) for text in added for _ in range(copies)]
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), d_model=64, d_ff=168, num_layers=2))
    read(model, encode(stories), 1000, steps, 1e-2, seed)
    halves = {"leaked half": held_out[:100], "other half": held_out[100:200]}
    return {name: score_texts(model, encode(half)).loss for name, half in halves.items()}


STUDY = Study(
    measure=measure,
    arms={
        "a thousand stories": {},
        "and 4 copies of 100 of the test": {"copied": "test"},
        "and 4 copies of 100 others": {"copied": "held out"},
        "and 4 unchanged copies of 100 others": {"copied": "held out", "changed": 0},
        "and 400 different ones": {"copied": "train", "copies": 1},
        "and 400 different unchanged ones": {"copied": "train", "copies": 1, "changed": 0},
    },
    loaders=(load_stories,),
    toy={"steps": 1},
)
