"""What does the translator lose without one, two, three or all four heads of a layer?

Percents of held-out sentences: translated without an error, over all choices of as many heads; and, for each head
alone, how many of a kind go wrong without it. A seed is another sixth of the held-out sentences.
"""

from collections.abc import Sequence
from itertools import combinations
from statistics import mean

from course_lib.data import load_translations
from course_lib.data.sentence_kinds import SENTENCE_KINDS, sentence_kind
from course_lib.generation import translate
from course_lib.models import load_model
from course_lib.nn import attention_layers, patched_heads
from course_lib.workshop.studies.study import Numbers, Study


def measure(seed: int = 0, layer: str = "encoder 0", share: int = 6, last: int = 1500) -> Numbers:
    """Percents right without 0 to 4 heads, and percents wrong of each kind without each head."""
    translator, tokenizer = load_model("translator")
    pairs = load_translations("world", "validation").select(range(seed % share, last, share))["translation"]
    sources, references = [pair["pt"] for pair in pairs], [pair["en"] for pair in pairs]
    attention, right = attention_layers(translator.eval())[layer], {}
    for count in range(5):
        for heads in combinations(range(4), count):
            with patched_heads(attention, heads):
                said = translate(sources, translator, tokenizer)
            right[heads] = [ours == theirs for ours, theirs in zip(said, references, strict=True)]
    shares = {heads: 100 * mean(found) for heads, found in right.items()}
    numbers = {"right": [mean(shares[heads] for heads in shares if len(heads) == count) for count in range(5)]}
    numbers["cost"] = [shares[()] - shares[head,] for head in range(4)]
    for kind in SENTENCE_KINDS:
        members = [i for i, english in enumerate(references) if sentence_kind(english) == kind]
        numbers[f"{kind}s wrong"] = [share_wrong(right[head,], members) for head in range(4)]
    return numbers


def share_wrong(right: Sequence[bool], members: Sequence[int]) -> float:
    """Percent of these sentences that are wrong."""
    return 100 * mean(not right[i] for i in members)


LAYERS = ("encoder 0", "encoder 1", "encoder 2", "decoder 0", "decoder 1", "cross 0", "cross 1")

STUDY = Study(
    measure=measure,
    arms={name: {"layer": name} for name in LAYERS},
    loaders=(load_translations,),
    models=("translator",),
    toy={"share": 50},
)
