"""What has to learn, the table of embeddings or the layers, when a model is to answer in words that it has never met?

The base model has read stories; two in five tokens of the dialogues' answers were in none. The table is the output
layer, too. Its rows can be frozen: all, those of the words that stories have, or those of the others.
"""

from collections.abc import Callable

import torch
from torch import nn

from course_lib.data import load_dialogues, load_stories
from course_lib.models import Llm
from course_lib.nn import LINEAR_LAYERS, add_lora
from course_lib.workshop.studies.fine_tuning import examples, fine_tune, scored, stories
from course_lib.workshop.studies.study import Numbers, Study

ALL = 20_000  # stories that the base model has read


def adapted(rank: int | None, table: str, keep: Callable[[int], torch.Tensor]) -> Callable[[Llm], nn.Module]:
    """What of a model learns: its layers, in full or (`rank`) by LoRA, and rows of its `table`: "none", "all", "met"
    in stories, or "new"."""

    def adapt(model):
        if rank is not None:
            add_lora(model, rank, names=LINEAR_LAYERS)
        model.embedding.requires_grad_(table != "none")
        if table in ("met", "new"):
            learns = keep(model.config.vocab_size) == (table == "met")
            next(model.embedding.parameters()).register_hook(lambda slope: slope * learns[:, None])
        return model

    return adapt


def met(vocab_size: int) -> torch.Tensor:
    """For each id whether it occurs in a story."""
    ids = torch.tensor(sorted({id for ids in stories("train", ALL) for id in ids}))
    return torch.zeros(vocab_size, dtype=torch.bool).index_fill(0, ids, True)


def measure(
    seed: int = 0,
    rank: int | None = None,
    table: str = "all",
    steps: int = 120,
    rate: float = 0.005,
    questions: int = 10_000,
    texts: int = 100,
) -> Numbers:
    """Percents of exact and ended answers, the perplexity of held-out stories, and how many numbers learn."""
    model, tokenizer = fine_tune(adapted(rank, table, met), examples(), steps, rate, seed)
    learns = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    return {**scored(model, tokenizer, questions, texts), "learns": learns}


STUDY = Study(
    measure=measure,
    arms={
        "everything": {"rate": 0.002},
        "everything, 480 steps": {"rate": 0.002, "steps": 480},
        "everything but the table": {"rate": 0.002, "table": "none"},
        "LoRA": {"rank": 8, "table": "none"},
        "LoRA, twice the rate": {"rank": 8, "table": "none", "rate": 0.01},
        "LoRA, twice the rate, 480 steps": {"rank": 8, "table": "none", "rate": 0.01, "steps": 480},
        "LoRA, rank 64": {"rank": 64, "table": "none"},
        "LoRA and the table": {"rank": 8},
        "LoRA and the table, twice the rate": {"rank": 8, "rate": 0.01},
        "LoRA and the rows of new words": {"rank": 8, "table": "new"},
        "LoRA and the rows of known words": {"rank": 8, "table": "met"},
    },
    loaders=(load_dialogues, load_stories),
    models=("base",),
    toy={"steps": 1, "questions": 2, "texts": 2},
)
