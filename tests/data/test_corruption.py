"""Exercises from plain texts: what is asked is exactly what is scored, and nothing of the text gets lost."""

import random
from collections import Counter
from itertools import groupby, pairwise

import pytest
import torch

from course_lib.data import predict_next
from course_lib.data.corruption import CorruptSpans, MaskTokens, split
from course_lib.data.tokenizer import BOS, EOS, PAD
from course_lib.errors import CourseError
from course_lib.objectives import masked_cross_entropy
from tests.models.tiny import tiny_bert, tiny_gpt
from tests.parity import V

MASK = 16
TEXTS = [[5, 9, 3, EOS], [7, 11, 3, 8, 4, 13, 6, 12, EOS], [4, EOS], [EOS]]
SENTINELS = list(range(1000, 1100))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def random_texts(count, longest=60, seed=0):
    """Texts of ids from 3 to 999, each with at least two tokens before <eos>."""
    choice = random.Random(seed)
    return [[choice.randrange(3, 1000) for _ in range(choice.randint(2, longest))] + [EOS] for _ in range(count)]


class TestPredictNext:
    def test_each_token_is_the_label_at_the_token_before_it_and_the_first_at_bos(self):
        batch = predict_next(TEXTS, generator())
        for tokens, labels, ids in zip(batch.tokens.tolist(), batch.labels.tolist(), TEXTS, strict=True):
            assert labels[: len(ids)] == ids
            assert tokens[: len(ids)] == [BOS, *ids[:-1]]
            assert tokens[len(ids) :] == labels[len(ids) :] == [PAD] * (9 - len(ids))

    def test_the_loss_is_that_of_each_next_token_given_the_text_so_far(self):
        model, batch = tiny_gpt(), predict_next(TEXTS, generator())
        loss = masked_cross_entropy(model(batch.tokens), batch.labels, batch.is_label)
        expected = 0.0
        for ids in TEXTS:
            for t, id in enumerate(ids):
                expected -= model(torch.tensor([[BOS, *ids[:t]]]))[0, -1].log_softmax(-1)[id]
        torch.testing.assert_close(loss.total, expected)
        assert loss.count == sum(map(len, TEXTS)) == batch.num_tokens


class TestMaskTokens:
    def batch(self, rate=0.5, texts=TEXTS, seed=0):
        return MaskTokens(MASK, V, rate)(texts, generator(seed))

    def test_only_chosen_tokens_are_labels_and_the_others_stay_as_they_are(self):
        batch = self.batch()
        for tokens, labels, ids in zip(batch.tokens.tolist(), batch.labels.tolist(), TEXTS, strict=True):
            padded = ids + [PAD] * (9 - len(ids))
            for token, label, original in zip(tokens, labels, padded, strict=True):
                assert (label == PAD and token == original) or label == original

    def test_only_chosen_positions_count_in_the_loss(self):
        batch, logits = self.batch(), torch.randn(4, 9, V, requires_grad=True)
        loss = masked_cross_entropy(logits, batch.labels, batch.is_label)
        elsewhere = torch.where(batch.is_label.unsqueeze(-1), logits, torch.randn_like(logits))
        assert masked_cross_entropy(elsewhere, batch.labels, batch.is_label).total == loss.total
        (gradient,) = torch.autograd.grad(loss.total, logits)
        assert torch.equal(gradient.abs().sum(-1) > 0, batch.is_label)
        assert loss.count == batch.num_labels < sum(map(len, TEXTS))

    def test_a_loss_over_the_whole_text_would_be_another_one(self):
        """The mistake that this guards against: the original as labels everywhere, what was not hidden included."""
        batch, logits = self.batch(), torch.randn(4, 9, V)
        original = torch.where(batch.is_label, batch.labels, batch.tokens)
        mistaken = masked_cross_entropy(logits, original, original != PAD)
        assert mistaken.count > batch.num_labels
        assert mistaken.mean != masked_cross_entropy(logits, batch.labels, batch.is_label).mean

    def test_the_model_computes_logits_for_the_chosen_positions_only(self):
        model, batch = tiny_bert(), self.batch()
        logits = model(batch.tokens, keep=batch.is_label)
        assert logits.shape == (batch.num_labels, V)
        alone = masked_cross_entropy(logits, batch.labels[batch.is_label])
        together = masked_cross_entropy(model(batch.tokens), batch.labels, batch.is_label)
        torch.testing.assert_close(alone.total, together.total)

    @pytest.mark.parametrize("rate", [0.0, 0.15, 1.0])
    def test_every_text_has_a_label_and_padding_has_none(self, rate):
        real = torch.tensor([[i < len(ids) for i in range(9)] for ids in TEXTS])
        for seed in range(20):
            batch = self.batch(rate, seed=seed)
            assert batch.is_label.any(dim=1).all()
            assert not batch.is_label[~real].any()
            assert batch.tokens[~real].eq(PAD).all()

    def test_of_the_chosen_tokens_80_percent_are_masked_10_replaced_and_10_kept(self):
        texts, mask_id, vocab_size = [[3] * 2000] * 200, 4, 10_000
        batch = MaskTokens(mask_id, vocab_size)(texts, generator())
        chosen = batch.tokens[batch.is_label]
        assert batch.num_labels / batch.labels.numel() == pytest.approx(0.15, abs=0.005)
        assert float((chosen == mask_id).float().mean()) == pytest.approx(0.8, abs=0.005)
        assert float((chosen > mask_id).float().mean()) == pytest.approx(0.1, abs=0.005)
        assert float((chosen == 3).float().mean()) == pytest.approx(0.1, abs=0.005)

    def test_replacements_come_from_the_whole_vocabulary_but_the_special_tokens(self):
        batch = self.batch(rate=1.0, texts=[[3] * 5000])
        assert set(batch.tokens.unique().tolist()) == set(range(3, V))


class TestCorruptSpans:
    @pytest.mark.parametrize("mean_span", [1, 3, 7])
    @pytest.mark.parametrize("rate", [0.01, 0.15, 0.5, 0.9, 1.0])
    def test_source_and_target_together_give_back_the_text(self, rate, mean_span):
        corruption, random = CorruptSpans(SENTINELS, rate, mean_span), generator()
        for ids in random_texts(100):
            assert corruption.restore(*corruption.corrupt(ids, random)) == ids

    def test_a_gap_is_one_sentinel_in_the_source_and_the_target_says_what_stood_there(self):
        corruption = CorruptSpans(SENTINELS)
        corruption.gaps = lambda length, random: [False, True, True, False, False, True]
        source, target = corruption.corrupt([10, 11, 12, 13, 14, 15, EOS], generator())
        assert source == [10, 1000, 13, 14, 1001, EOS]
        assert target == [1000, 11, 12, 1001, 15, EOS]

    def test_sentinels_come_in_order_once_each_and_never_two_in_a_row(self):
        corruption, random = CorruptSpans(SENTINELS, rate=0.5, mean_span=2), generator()
        for ids in random_texts(100):
            for side in corruption.corrupt(ids, random):
                sentinels = [id for id in side if id >= 1000]
                assert sentinels == SENTINELS[: len(sentinels)] != []
                assert all(a < 1000 or b < 1000 for a, b in pairwise(side))

    @pytest.mark.parametrize("rate", [0.15, 0.5])
    def test_the_share_of_tokens_that_are_cut_out_is_the_rate(self, rate):
        corruption, random = CorruptSpans(SENTINELS, rate), generator()
        for length in range(2, 200):
            gap = corruption.gaps(length, random)
            assert len(gap) == length
            assert sum(gap) == min(max(1, round(length * rate)), length - 1)

    def test_gaps_have_the_mean_length_and_differ(self):
        gap = CorruptSpans(SENTINELS, rate=0.15, mean_span=3).gaps(1000, generator())
        lengths = [len(list(run)) for cut, run in groupby(gap) if cut]
        assert (sum(lengths), len(lengths)) == (150, 50)
        assert len(set(lengths)) > 3

    def test_every_token_may_be_cut_out_but_the_first_and_the_end(self):
        corruption, random = CorruptSpans(SENTINELS, rate=0.3, mean_span=2), generator()
        cut = torch.tensor([corruption.gaps(11, random) for _ in range(300)]).any(dim=0)
        assert cut.tolist() == [False] + [True] * 10
        assert all(side[-1] == EOS for ids in random_texts(50) for side in corruption.corrupt(ids, random))

    def test_a_batch_reads_the_source_and_is_taught_the_target_shifted_once(self):
        corruption, texts = CorruptSpans(SENTINELS), random_texts(5)
        batch = corruption(texts, generator(3))
        random = generator(3)
        for i, ids in enumerate(texts):
            source, target = corruption.corrupt(ids, random)
            assert batch.source[i, : len(source)].tolist() == source
            assert batch.labels[i, : len(target)].tolist() == target
            assert batch.target[i, : len(target)].tolist() == [BOS, *target[:-1]]
        assert batch.num_labels == int((batch.labels != PAD).sum())

    @pytest.mark.parametrize("ids", [[EOS], [7, EOS]])
    def test_a_text_too_short_for_a_gap_is_refused(self, ids):
        with pytest.raises(CourseError, match=f"at least two tokens before <eos>.* got {len(ids) - 1}"):
            CorruptSpans(SENTINELS).corrupt(ids, generator())

    def test_a_text_with_more_gaps_than_sentinels_is_refused(self):
        with pytest.raises(CourseError, match="text of 100 tokens needs 5 sentinels, got 4"):
            CorruptSpans(SENTINELS[:4]).corrupt([*range(3, 103), EOS], generator())


def test_each_way_to_split_a_number_is_equally_likely():
    random = generator()
    counts = Counter(tuple(split(5, 3, random)) for _ in range(6000))
    assert set(counts) == {(a, b, 5 - a - b) for a in range(1, 4) for b in range(1, 5 - a)}
    assert all(count == pytest.approx(1000, rel=0.12) for count in counts.values())
