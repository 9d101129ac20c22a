"""The quality of a translator: BLEU and exact match on held-out sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sacrebleu

from course_lib.data import TextTokenizer
from course_lib.evaluation.groups import members_by_group
from course_lib.generation import greedy_search, translate
from course_lib.models import Translator

if TYPE_CHECKING:  # slow to import
    import datasets


@dataclass(frozen=True)
class TranslationScores:
    """Scores of a set of translations, in percent: `bleu`, and `exact`, the share that equals the reference."""

    sentences: int
    bleu: float
    exact: float


def score_translations(translations: Sequence[str], references: Sequence[str]) -> TranslationScores:
    """Return BLEU (sacrebleu with its default tokenization) and exact match, both on lower-cased text."""
    translations, references = [t.lower() for t in translations], [r.lower() for r in references]
    same = sum(t == r for t, r in zip(translations, references, strict=True))
    bleu = sacrebleu.corpus_bleu(translations, [references], force=True).score
    return TranslationScores(len(references), bleu, 100 * same / len(references))


def evaluate_translator(
    model: Translator,
    tokenizer: TextTokenizer,
    rows: "datasets.Dataset",
    search: Callable[..., list[list[int]]] = greedy_search,
) -> dict[str, TranslationScores]:
    """Translate `rows` (see `load_translations`) and score the translations.

    Returns:
        The `TranslationScores` by group: "all" and, if `rows` has a column `held_out`, one group per value.
    """
    references = [pair["en"] for pair in rows["translation"]]
    translations = translate([pair["pt"] for pair in rows["translation"]], model, tokenizer, search)
    return {
        name: score_translations([translations[i] for i in members], [references[i] for i in members])
        for name, members in members_by_group(rows).items()
    }
