"""What mends a translator's errors, a wider search or more training; and what does a mistake of its own cost it?

It is the training of lesson 05, and one four times as long. The tokens after a mistake are told three ways: with the
true output to read all along, with the mistake alone corrected, and with nothing but the model's own words.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

import torch

from course_lib.data import (
    BOS,
    EOS,
    TranslationBatch,
    load_translations,
    train_translation_tokenizer,
    translation_batch,
    translation_batches,
    translation_pairs,
)
from course_lib.evaluation import score_translations
from course_lib.generation import CachedDecoding, beam, greedy_search, translate
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

SPANS = (3, 6), (7, 8), (9, 10), (11, 12)  # words of a sentence, from and to
JOINTS = "'s ", "s' ", " and "


def measure(seed: int = 0, steps: int = 400, asked: int = 1500) -> Numbers:
    """Percents, of sentences, of wrong outputs, or of the tokens after a mistake; curves go over `SPANS`."""
    train, held_out = load_translations("world", "train"), load_translations("world", "validation")
    held_out = held_out.select(range(0, len(held_out), len(held_out) // asked))
    tokenizer = train_translation_tokenizer(train, 1500)
    model = Translator(TranslatorConfig(vocab_size=len(tokenizer), d_ff=256, norm_first=True))
    batches = translation_batches(translation_pairs(train, tokenizer), 1000, seed)
    Trainer(model, batches, TeacherForcing(), Plan(steps=steps, learning_rate=3e-3, evaluations=1, seed=seed)).train()
    model.eval()

    sources, truth = ([pair[side] for pair in held_out["translation"]] for side in ("pt", "en"))
    greedy, two, four = (translate(sources, model, tokenizer, search) for search in (greedy_search, beam(2), beam(4)))
    pairs = translation_pairs(held_out, tokenizer)
    return {
        **scores(greedy, two, four, truth, held_out["held_out"]),
        **causes(model, pairs, tokenizer.encode_batch(greedy)),
        **after_a_mistake(model, translation_batch(pairs)),
        **{name: by_length(greedy, truth, joined) for name, joined in {"joined": True, "others": False}.items()},
    }


def scores(
    greedy: list[str], two: list[str], four: list[str], truth: list[str], kinds: Sequence[str]
) -> dict[str, float]:
    """How many sentences are right with each search, and of each kind of held-out pair with the greedy one."""
    right = [[a == b for a, b in zip(said, truth, strict=True)] for said in (greedy, two, four)]
    rescued = sum(b and not a for a, b in zip(*right[:2], strict=True))
    lost = sum(a and not b for a, b in zip(*right[:2], strict=True))
    named = dict(zip(("greedy", "beam 2", "beam 4"), map(percent, right), strict=True))
    of_kinds = {kind: percent([a for a, b in zip(right[0], kinds, strict=True) if b == kind]) for kind in set(kinds)}
    bleu = {"bleu": score_translations(greedy, truth).bleu, "bleu beam 4": score_translations(four, truth).bleu}
    return named | dict(sorted(of_kinds.items())) | bleu | {"rescued": rescued, "lost": lost}


def causes(model: Translator, pairs: list[tuple], said: list[list[int]]) -> dict[str, float]:
    """Of the wrong outputs, the share where the true one is more probable to the model: the search has missed it."""
    wrong = [(source, true, ids) for (source, true), ids in zip(pairs, said, strict=True) if ids != true]
    true = log_p(model, [(source, true) for source, true, _ in wrong])
    own = log_p(model, [(source, ids) for source, _, ids in wrong])
    lengths = torch.tensor([[len(true), len(ids)] for _, true, ids in wrong])
    by_mean = true / lengths[:, 0] > own / lengths[:, 1]
    return {"wrong": len(wrong), "search errors": percent(true > own), "search errors by mean": percent(by_mean)}


@torch.no_grad()
def log_p(model: Translator, pairs: list[tuple]) -> torch.Tensor:
    """The log-probability of each whole output."""
    batch = translation_batch(pairs)
    each = model(batch.source, batch.target).log_softmax(dim=-1).gather(2, batch.labels[..., None])[..., 0]
    return (each * batch.is_label).sum(dim=1)


def after_a_mistake(model: Translator, batch: TranslationBatch) -> dict[str, float]:
    """How many of the tokens behind the first mistake of a free-running output are right."""
    free = write(model, batch, torch.zeros(len(batch.labels), dtype=torch.long))
    first = ((free == batch.labels) | ~batch.is_label).int().cumprod(dim=1).sum(dim=1)
    behind = (torch.arange(batch.labels.shape[1]) > first[:, None]) & batch.is_label
    told = {"alone": free, "corrected": write(model, batch, first + 1), "forced": write(model, batch, first + 999)}
    shares = {name: percent((tokens == batch.labels)[behind]) for name, tokens in told.items()}
    found = [in_order(*ended(a, b, int(i))) for a, b, i in zip(free, batch.labels, first, strict=True) if i < len(b)]
    return shares | {"alone, in order": 100 * sum(found) / int(behind.sum()), "behind": int(behind.sum())}


@torch.no_grad()
def write(model: Translator, batch: TranslationBatch, given: torch.Tensor) -> torch.Tensor:
    """The likeliest token at each position, B T, where each row reads `given` true tokens first, and then its own."""
    decoding, tokens, said = CachedDecoding(model, batch.source), torch.full((len(given), 1), BOS), []
    for t in range(batch.labels.shape[1]):
        said.append(decoding.next_logits(tokens).argmax(dim=-1))
        tokens = torch.where(given > t, batch.labels[:, t], said[-1])[:, None]
    return torch.stack(said, dim=1)


def ended(said: torch.Tensor, true: torch.Tensor, first: int) -> tuple[list[int], list[int]]:
    """What is said from the mistake on, and what should come behind it; both up to the end token."""
    said, true = said.tolist()[first:], true.tolist()
    said = said[: said.index(EOS) + 1] if EOS in said else said
    return said, true[first + 1 : true.index(EOS) + 1]


def in_order(said: list[int], true: list[int]) -> int:
    """How many of the true tokens are there in the right order, wherever they stand."""
    return sum(block.size for block in SequenceMatcher(None, said, true, autojunk=False).get_matching_blocks())


def by_length(said: list[str], truth: list[str], joined: bool) -> list[float]:
    """How many sentences are right, by their words: of those that join two things, or of the others."""
    rows = [
        (len(true.split()), a == true)
        for a, true in zip(said, truth, strict=True)
        if any(joint in true for joint in JOINTS) == joined
    ]
    return [percent([right for words, right in rows if low <= words <= high]) for low, high in SPANS]


def percent(right: Sequence[bool] | torch.Tensor) -> float:
    """How many are right; of none, none."""
    return 100 * float(sum(right)) / max(len(right), 1)


STUDY = Study(
    measure=measure,
    arms={"400 steps": {}, "1,600 steps": {"steps": 1600}},
    loaders=(load_translations,),
    toy={"steps": 2, "asked": 30},
)
