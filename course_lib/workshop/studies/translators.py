"""What errs in a translator: its search, its beliefs, or what it reads of itself? And does more training mend it?

The model is that of the lesson on searching. What it makes of held-out pairs is scored as there, in percent.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch

from course_lib.data import BOS, EOS, TranslationBatch, load_translations, translation_batch
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
    rows = held_out(count)
    words = [len(pair["en"].split()) for pair in rows["translation"]]
    forms = list(zip(rows["pattern"], words, strict=True))
    return scores_of_searches(model, count) | right_behind_a_mistake(model, evaluation_set(count), forms)


def held_out(count: int) -> Any:
    """`count` rows of held-out pairs: those of `evaluation_set`."""
    rows = load_translations("world", "validation")
    return rows.select(range(0, len(rows), len(rows) // count))


def scores_of_searches(model: Translator, count: int) -> Numbers:
    """Exact match of the searches and of each kind of pairs; the wrong outputs that the model prefers to the truth."""
    rows = held_out(count)
    sources, truths = ([pair[side] for pair in rows["translation"]] for side in ("pt", "en"))
    said = {size: translate(sources, model, tokenizer(), beam(size)) for size in (2, 10)}
    said[1] = translate(sources, model, tokenizer())
    right = {size: [a == b for a, b in zip(texts, truths, strict=True)] for size, texts in said.items()}
    both = list(zip(right[1], right[2], strict=True))
    wrong = [i for i, is_right in enumerate(right[1]) if not is_right]
    kinds = {f"{kind}s": [right[1][i] for i, k in enumerate(rows["held_out"]) if k == kind] for kind in KINDS}
    true, own = ([log_p(model, sources[i], texts[i]) for i in wrong] for texts in (truths, said[1]))
    return {
        "greedy": percent(right[1]),
        "beam": percent(right[2]),
        "beam of 10": percent(right[10]),
        "rescued": percent(pair == (False, True) for pair in both),
        "lost": percent(pair == (True, False) for pair in both),
        **{kind: percent(flags) for kind, flags in kinds.items()},
        "model errors": percent(a <= b for a, b in zip(true, own, strict=True)),
    }


KINDS = "sentence", "combination"
Form = tuple[str, int]


@torch.no_grad()
def log_p(model: Translator, source: str, output: str) -> float:
    """The log-probability of an output as a whole."""
    batch = translation_batch([tuple(tokenizer().encode_batch([source, output]))])
    every = model(batch.source, batch.target).log_softmax(dim=-1)
    return float(every.gather(2, batch.labels[..., None]).sum())


@torch.no_grad()
def write(model: Translator, batch: TranslationBatch, given: Sequence[int] | torch.Tensor) -> torch.Tensor:
    """The most likely tokens; each row reads `given` true ones, and then its own."""
    decoding, said = CachedDecoding(model, batch.source), []
    tokens = torch.full((len(batch.source), 1), BOS)
    for t, label in enumerate(batch.labels.unbind(dim=1)):
        said.append(decoding.next_logits(tokens).argmax(dim=-1))
        tokens = torch.where(given > t, label, said[-1])[:, None]
    return torch.stack(said, dim=1)


def right_behind_a_mistake(model: Translator, batch: TranslationBatch, forms: Sequence[Form]) -> Numbers:
    """Of the tokens behind the first mistake of an output, those that are right, if the decoder reads this or that.

    They are counted by position, and in order, so that a displaced token counts too. The rivals of the count in order
    are outputs for other sentences: for any, and for one of the same form.

    Args:
        model, batch: what is scored.
        forms: of each row's sentence, its pattern and its number of words.
    """
    none = torch.zeros(len(batch.labels), dtype=torch.long)
    free = write(model, batch, none)
    first = ((free == batch.labels) | ~batch.is_label).int().cumprod(dim=1).sum(dim=1)
    behind = (torch.arange(batch.labels.shape[1]) > first[:, None]) & batch.is_label
    reads = {"the truth": none + 999, "its own, one mended": first + 1, "its own": none}
    outputs = {name: write(model, batch, given) for name, given in reads.items()}
    numbers = {name: percent((ids == batch.labels)[behind].tolist()) for name, ids in outputs.items()}
    outputs["of another sentence"] = free[next_of([("", 0)] * len(forms))]
    outputs["of another of its form"] = free[next_of(forms)]
    true = [row[tail].tolist() for row, tail in zip(batch.labels, behind, strict=True)]
    for name, ids in outputs.items():
        tails = [until_eos(row[start + 1 :].tolist()) for row, start in zip(ids, first.tolist(), strict=True)]
        numbers[f"{name}, in order"] = 100 * sum(map(in_order, tails, true)) / sum(map(len, true))
    return numbers


def next_of(forms: Sequence[Form]) -> list[int]:
    """For each row, the next row of the same form; itself, if there is none."""
    rows = defaultdict(list)
    for i, form in enumerate(forms):
        rows[form].append(i)
    following = {i: j for same in rows.values() for i, j in zip(same, same[1:] + same[:1], strict=True)}
    return [following[i] for i in range(len(forms))]


def until_eos(ids: list[int]) -> list[int]:
    """The ids up to the first EOS, which is counted."""
    return ids[: ids.index(EOS) + 1] if EOS in ids else ids


def in_order(output: Sequence[int], truth: Sequence[int]) -> int:
    """How many tokens of the truth are in the output in the same order: the longest common subsequence."""
    best = [0] * (len(truth) + 1)
    for said in output:
        before = best[:]
        for j, wanted in enumerate(truth):
            best[j + 1] = before[j] + 1 if said == wanted else max(before[j + 1], best[j])
    return best[-1]


STUDY = Study(
    measure=measure,
    arms={
        "as in the lesson": {},
        "trained twice as long": {"steps": 560},
    },
    loaders=(load_translations,),
    toy={"steps": 1, "d_model": 8, "d_ff": 8, "count": 5},
)
