"""What errs in a translator: its search, its beliefs, or what it reads of itself? And does more training mend it?

The model is that of lesson 06. What it makes of held-out pairs is scored as there, in percent.
"""

from collections.abc import Sequence

import torch

from course_lib.data import BOS, TranslationBatch, load_translations, translation_batch
from course_lib.generation import CachedDecoding, beam, translate
from course_lib.models import Translator
from course_lib.workshop.studies.harness import percent
from course_lib.workshop.studies.study import Numbers, Study
from course_lib.workshop.studies.translating import evaluation_set, tokenizer, trained


def measure(
    seed: int = 0,
    steps: int = 280,
    d_model: int = 64,
    d_ff: int = 128,
    num_encoder_layers: int = 1,
    rate: float = 0.008,
    count: int = 500,
) -> Numbers:
    """Scores of a new translator on `count` pairs; see `scores_of_searches` and `right_behind_a_mistake`."""
    model = trained(steps, rate, seed, d_model=d_model, d_ff=d_ff, num_encoder_layers=num_encoder_layers)
    return scores_of_searches(model, count) | right_behind_a_mistake(model, evaluation_set(count))


def scores_of_searches(model: Translator, count: int) -> Numbers:
    """Exact match of both searches and of each kind of pairs; the wrong outputs that the model prefers to the truth."""
    rows = load_translations("world", "validation")
    rows = rows.select(range(0, len(rows), len(rows) // count))
    sources, truths = ([pair[side] for pair in rows["translation"]] for side in ("pt", "en"))
    said = {1: translate(sources, model, tokenizer()), 2: translate(sources, model, tokenizer(), beam(2))}
    right = {size: [a == b for a, b in zip(texts, truths, strict=True)] for size, texts in said.items()}
    both = list(zip(right[1], right[2], strict=True))
    wrong = [i for i, is_right in enumerate(right[1]) if not is_right]
    kinds = {f"{kind}s": [right[1][i] for i, k in enumerate(rows["held_out"]) if k == kind] for kind in KINDS}
    true, own = ([log_p(model, sources[i], texts[i]) for i in wrong] for texts in (truths, said[1]))
    return {
        "greedy": percent(right[1]),
        "beam": percent(right[2]),
        "rescued": percent(pair == (False, True) for pair in both),
        "lost": percent(pair == (True, False) for pair in both),
        **{kind: percent(flags) for kind, flags in kinds.items()},
        "model errors": percent(a <= b for a, b in zip(true, own, strict=True)),
    }


KINDS = "sentence", "combination"


@torch.no_grad()
def log_p(model: Translator, source: str, output: str) -> float:
    """The log-probability of an output as a whole."""
    batch = translation_batch([tuple(tokenizer().encode_batch([source, output]))])
    every = model(batch.source, batch.target).log_softmax(dim=-1)
    return float(every.gather(2, batch.labels[..., None]).sum())


@torch.no_grad()
def write(model: Translator, batch: TranslationBatch, given: Sequence[int] | torch.Tensor) -> torch.Tensor:
    """Which of the most likely tokens are right; each row reads `given` true ones, and then its own."""
    decoding, right = CachedDecoding(model, batch.source), []
    tokens = torch.full((len(batch.source), 1), BOS)
    for t, label in enumerate(batch.labels.unbind(dim=1)):
        said = decoding.next_logits(tokens).argmax(dim=-1)
        right.append(said == label)
        tokens = torch.where(given > t, label, said)[:, None]
    return torch.stack(right, dim=1)


def right_behind_a_mistake(model: Translator, batch: TranslationBatch) -> Numbers:
    """Of the tokens behind the first mistake of what it writes, those that are right, if it reads this or that."""
    none = torch.zeros(len(batch.labels), dtype=torch.long)
    free = write(model, batch, none)
    first = (free | ~batch.is_label).int().cumprod(dim=1).sum(dim=1)
    behind = (torch.arange(batch.labels.shape[1]) > first[:, None]) & batch.is_label
    reads = {"the truth": none + 999, "its own, one mended": first + 1, "its own": none}
    return {name: percent(write(model, batch, given)[behind].tolist()) for name, given in reads.items()}


STUDY = Study(
    measure=measure,
    arms={
        "as in the lesson": {},
        "trained twice as long": {"steps": 560},
    },
    loaders=(load_translations,),
    toy={"steps": 1, "d_model": 8, "d_ff": 8, "count": 5},
)
