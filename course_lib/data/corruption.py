"""Two ways to make an exercise out of a plain text by hiding a part of it (slide "Architectural Variants")."""

from collections.abc import Iterable, Sequence

import torch

from course_lib.data.collate import IdPair, TranslationBatch, translation_batch
from course_lib.data.rows import TokenBatch, pad
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError


class MaskTokens:
    """Masked language modeling: say which tokens were hidden (Devlin et al. 2019, section 3.1).

    Of the chosen tokens, 80 % become <mask>, 10 % another token, 10 % stay; only they are labels.

    Args:
        mask_id: the id of <mask>.
        vocab_size: V; tokens to be put in are drawn from all but the first three (special) ids.
        rate: the share of tokens that are chosen.
    """

    def __init__(self, mask_id: int, vocab_size: int, rate: float = 0.15):
        self.mask_id, self.vocab_size, self.rate = mask_id, vocab_size, rate

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TokenBatch:
        """The texts with tokens hidden, and those tokens as labels."""
        original = pad(texts)
        chosen = (torch.rand(original.shape, generator=random) < self.rate) & (original != PAD)
        chosen[:, 0] |= ~chosen.any(dim=1)  # every text has something to say
        draw = torch.rand(original.shape, generator=random)
        others = torch.randint(3, self.vocab_size, original.shape, generator=random)
        changed = torch.where(draw < 0.8, self.mask_id, torch.where(draw < 0.9, others, original))
        return TokenBatch(tokens=torch.where(chosen, changed, original), labels=original.masked_fill(~chosen, PAD))


class CorruptSpans:
    """Span corruption: say what stood in the gaps (Raffel et al. 2020, section 3.1.4).

    Each gap in the source is one sentinel token; the target lists each sentinel and what stood there.

    Args:
        sentinels: the ids of the sentinel tokens, in order.
        rate: the share of tokens that are cut out.
        mean_span: the mean length of a gap.
    """

    def __init__(self, sentinels: Iterable[int], rate: float = 0.15, mean_span: float = 3):
        self.sentinels, self.rate, self.mean_span = list(sentinels), rate, mean_span

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TranslationBatch:
        """Texts, <eos> last, with gaps as sources, and what stood in the gaps as targets."""
        return translation_batch([self.corrupt(ids, random) for ids in texts])

    def corrupt(self, ids: list[int], random: torch.Generator) -> IdPair:
        """Source and target of one text; both end in its last token, <eos>, which is never cut out."""
        gap = self.gaps(len(ids) - 1, random)
        source, target, sentinels = [], [], iter(self.sentinels)
        for i, id in enumerate(ids):
            if i < len(gap) and gap[i]:
                if i == 0 or not gap[i - 1]:
                    sentinel = next(sentinels)
                    source.append(sentinel)
                    target.append(sentinel)
                target.append(id)
            else:
                source.append(id)
        return source, [*target, ids[-1]]

    def gaps(self, length: int, random: torch.Generator) -> list[bool]:
        """Which of `length` tokens are cut out: kept and cut stretches of random lengths take turns, kept first."""
        if length < 2:
            raise CourseError(f"a text needs two tokens before <eos>, one to keep and one to cut out; got {length}")
        cut = min(max(1, round(length * self.rate)), length - 1)
        spans = min(max(1, round(cut / self.mean_span)), length - cut)
        if spans > len(self.sentinels):
            raise CourseError(f"a text of {length} tokens needs {spans} sentinels; there are {len(self.sentinels)}")
        kept_lengths, cut_lengths = split(length - cut, spans, random), split(cut, spans, random)
        lengths = [length for pair in zip(kept_lengths, cut_lengths, strict=True) for length in pair]
        return torch.tensor([False, True] * spans).repeat_interleave(torch.tensor(lengths)).tolist()

    def restore(self, source: Sequence[int], target: Sequence[int]) -> list[int]:
        """The text that a source and a target were made of."""
        parts, sentinel = {}, None
        for id in target[:-1]:
            if id in self.sentinels:
                sentinel = id
            else:
                parts.setdefault(sentinel, []).append(id)
        return [token for id in source for token in parts.get(id, [id])]


def split(total: int, parts: int, random: torch.Generator) -> list[int]:
    """`total` as a sum of `parts` positive numbers, each way equally likely."""
    cuts = (torch.randperm(total - 1, generator=random)[: parts - 1] + 1).sort().values.tolist()
    return [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
