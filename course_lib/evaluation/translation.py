"""The quality of a translator, measured by BLEU and exact match on held-out sentences."""

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
    """The scores of a set of translations.

    Attributes:
        sentences: the number of sentences.
        bleu: the BLEU score, from 0 to 100.
        exact: the percentage of translations that equal the reference.
    """

    sentences: int
    bleu: float
    exact: float


def score_translations(translations: Sequence[str], references: Sequence[str]) -> TranslationScores:
    """Compute the BLEU score and the exact matches of translations, ignoring upper and lower case.

    BLEU is computed by sacrebleu with its default tokenization.

    Args:
        translations: the sentences to score.
        references: the correct translations, in the same order.
    """
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
    """Translate the sentences of a data set, and score the translations.

    Args:
        model: the translator.
        tokenizer: the tokenizer of the model.
        rows: sentences and their translations from `load_translations`.
        search: the search algorithm; see `translate`.

    Returns:
        The scores by group: "all" and, if `rows` has a column `held_out`, one group per value of this column.
    """
    references = [pair["en"] for pair in rows["translation"]]
    translations = translate([pair["pt"] for pair in rows["translation"]], model, tokenizer, search)
    return {
        name: score_translations([translations[i] for i in members], [references[i] for i in members])
        for name, members in members_by_group(rows).items()
    }
