"""Training tasks that hide parts of a text: masking and span corruption (slide "Architectural Variants")."""

from collections.abc import Iterable, Sequence

import torch

from course_lib.data.collate import IdPair, TranslationBatch, translation_batch
from course_lib.data.rows import TokenBatch, pad
from course_lib.data.tokenizer import PAD
from course_lib.errors import CourseError


class MaskTokens:
    """Masked language modeling: hide some tokens of a text, and predict them.

    Of the chosen tokens, 80% are replaced with <mask>, 10% with a random token, and 10% are not changed. Only the
    chosen tokens are labels.

    Args:
        mask_id: the id of <mask>.
        vocab_size: the size of the vocabulary, V. Random tokens are sampled from all ids except the first three,
            which are special tokens.
        rate: the probability that a token is chosen. If no token of a text is chosen, the first one is.

    (Devlin et al. 2019, section 3.1)
    """

    def __init__(self, mask_id: int, vocab_size: int, rate: float = 0.15):
        self.mask_id, self.vocab_size, self.rate = mask_id, vocab_size, rate

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TokenBatch:
        """Hide tokens of each text, and return a batch whose labels are the hidden tokens."""
        original = pad(texts)
        chosen = (torch.rand(original.shape, generator=random) < self.rate) & (original != PAD)
        chosen[:, 0] |= ~chosen.any(dim=1)  # every text has at least one label
        draw = torch.rand(original.shape, generator=random)
        others = torch.randint(3, self.vocab_size, original.shape, generator=random)
        changed = torch.where(draw < 0.8, self.mask_id, torch.where(draw < 0.9, others, original))
        return TokenBatch(tokens=torch.where(chosen, changed, original), labels=original.masked_fill(~chosen, PAD))


class CorruptSpans:
    """Span corruption: cut spans of tokens out of a text, and predict them.

    In the source, a sentinel token replaces each span that was cut out. The target lists the sentinels, each followed
    by the tokens of its span.

    Args:
        sentinels: the ids of the sentinel tokens, in order.
        rate: the share of tokens that are cut out.
        mean_span: the mean length of a span, in tokens.

    (Raffel et al. 2020, section 3.1.4)
    """

    def __init__(self, sentinels: Iterable[int], rate: float = 0.15, mean_span: float = 3):
        self.sentinels, self.rate, self.mean_span = list(sentinels), rate, mean_span

    def __call__(self, texts: Sequence[list[int]], random: torch.Generator) -> TranslationBatch:
        """Cut spans out of each text, and return a batch of sources and targets. Each text must end with <eos>."""
        return translation_batch([self.corrupt(ids, random) for ids in texts])

    def corrupt(self, ids: list[int], random: torch.Generator) -> IdPair:
        """Cut spans out of a text, and return the source and the target. Both keep the text's last token, <eos>."""
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
        """Choose at random which tokens to cut out, and return a mask that is True for them.

        Spans to keep and spans to cut out alternate, starting with a span to keep.

        Raises:
            CourseError: the text is too short, or it needs more sentinels than there are.
        """
        if length < 2:
            raise CourseError(
                f"a text must have at least two tokens before <eos>, one to keep and one to cut out, got {length}; "
                "remove shorter texts"
            )
        cut = min(max(1, round(length * self.rate)), length - 1)
        spans = min(max(1, round(cut / self.mean_span)), length - cut)
        if spans > len(self.sentinels):
            raise CourseError(
                f"a text of {length} tokens needs {spans} sentinels, got {len(self.sentinels)}; add more sentinels"
            )
        kept_lengths, cut_lengths = split(length - cut, spans, random), split(cut, spans, random)
        lengths = [length for pair in zip(kept_lengths, cut_lengths, strict=True) for length in pair]
        return torch.tensor([False, True] * spans).repeat_interleave(torch.tensor(lengths)).tolist()

    def restore(self, source: Sequence[int], target: Sequence[int]) -> list[int]:
        """Put the tokens of a target back into its source, and return the original text."""
        parts, sentinel = {}, None
        for id in target[:-1]:
            if id in self.sentinels:
                sentinel = id
            else:
                parts.setdefault(sentinel, []).append(id)
        return [token for id in source for token in parts.get(id, [id])]


def split(total: int, parts: int, random: torch.Generator) -> list[int]:
    """Split `total` at random into `parts` positive integers. All possible splits are equally likely."""
    cuts = (torch.randperm(total - 1, generator=random)[: parts - 1] + 1).sort().values.tolist()
    return [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
