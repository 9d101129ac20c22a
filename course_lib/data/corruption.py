"""Training tasks that hide a part of a text: masked tokens and span corruption (slide "Architectural Variants")."""

from collections.abc import Iterable, Sequence

import torch

from course_lib.data.collate import IdPair, TranslationBatch, translation_batch
from course_lib.data.rows import TokenBatch, pad
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError


class MaskTokens:
    """Masked language modeling: predict hidden tokens.

    Of the chosen tokens, 80% become <mask>, 10% become another token, and 10% stay. Only the chosen tokens are labels.

    Args:
        mask_id: the id of <mask>.
        vocab_size: the size of the vocabulary, V. Random tokens are sampled from all ids but the first three (special)
            ones.
        rate: the share of tokens that are chosen.

    (Devlin et al. 2019, section 3.1)
    """

    def __init__(self, mask_id: int, vocab_size: int, rate: float = 0.15):
        self.mask_id, self.vocab_size, self.rate = mask_id, vocab_size, rate

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TokenBatch:
        """Return the texts with hidden tokens, and the hidden tokens as labels."""
        original = pad(texts)
        chosen = (torch.rand(original.shape, generator=random) < self.rate) & (original != PAD)
        chosen[:, 0] |= ~chosen.any(dim=1)  # every text has at least one label
        draw = torch.rand(original.shape, generator=random)
        others = torch.randint(3, self.vocab_size, original.shape, generator=random)
        changed = torch.where(draw < 0.8, self.mask_id, torch.where(draw < 0.9, others, original))
        return TokenBatch(tokens=torch.where(chosen, changed, original), labels=original.masked_fill(~chosen, PAD))


class CorruptSpans:
    """Span corruption: predict the tokens that were cut out.

    In the source, a sentinel token replaces each gap. The target lists the sentinels, each followed by the tokens of
    its gap.

    Args:
        sentinels: the ids of the sentinel tokens, in order.
        rate: the share of tokens that are cut out.
        mean_span: the mean length of a gap.

    (Raffel et al. 2020, section 3.1.4)
    """

    def __init__(self, sentinels: Iterable[int], rate: float = 0.15, mean_span: float = 3):
        self.sentinels, self.rate, self.mean_span = list(sentinels), rate, mean_span

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TranslationBatch:
        """Return the texts with gaps as sources, and the tokens of the gaps as targets. Each text ends in <eos>."""
        return translation_batch([self.corrupt(ids, random) for ids in texts])

    def corrupt(self, ids: list[int], random: torch.Generator) -> IdPair:
        """Return the source and the target of a text. Both end in its last token, <eos>, which is never cut out."""
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
        """Choose the tokens to cut out: kept and cut spans of random lengths alternate, starting with a kept one.

        Raises:
            CourseError: the text is too short or needs more sentinels than there are.
        """
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
        """Restore the original text from a source and a target."""
        parts, sentinel = {}, None
        for id in target[:-1]:
            if id in self.sentinels:
                sentinel = id
            else:
                parts.setdefault(sentinel, []).append(id)
        return [token for id in source for token in parts.get(id, [id])]


def split(total: int, parts: int, random: torch.Generator) -> list[int]:
    """Split `total` into `parts` positive numbers, where each way is equally likely."""
    cuts = (torch.randperm(total - 1, generator=random)[: parts - 1] + 1).sort().values.tolist()
    return [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
