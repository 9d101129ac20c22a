"""Speculative decoding: whoever guesses, the text is distributed as the model's own."""

import pytest
import torch

from course_lib.generation import LookupDraft, ModelDraft, Sampler, accept, complete, greedy, speculate
from course_lib.workshop.fast import fuse
from tests.models.tiny import tiny_llm
from tests.parity import V

DRAWS = pytest.mark.parametrize("draws", [5_000, pytest.param(20_000, marks=pytest.mark.slow)])
HIGHEST = 35.2  # of chi-square with 11 degrees of freedom; higher once in 4,000 times


def chi_square(counts, expected):
    return float(((counts - expected) ** 2 / expected).sum())


@DRAWS
def test_two_tokens_are_distributed_as_the_models_whatever_the_draft_guesses(draws, shapes_unchecked):
    """Vocabularies of 3 and 4 words, all 12 texts counted: with the draft's guesses, and after its rejection."""
    rng = torch.Generator().manual_seed(0)
    first, second = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([[4, 3, 2, 1], [1, 1, 1, 7], [2, 5, 2, 1]]) / 10
    guess, guesses = (
        torch.tensor([0.1, 0.2, 0.7]),
        torch.tensor([[1, 2, 3, 4], [4, 4, 1, 1], [0.5, 0.5, 0.5, 8.5]]) / 10,
    )
    counts = torch.zeros(3, 4)
    for _ in range(draws):
        a = int(torch.multinomial(guess, 1, generator=rng))
        wide = torch.zeros(2, 4)
        wide[0, :3], wide[1] = guess, guesses[a]
        p = torch.zeros(2, 4)
        p[0, :3], p[1] = first, second[a]
        new = accept([a], wide[:1], p, rng)
        if len(new) == 1:  # the next pass, without a guess
            new += accept([], wide[:0], second[new[0]][None], rng)
        counts[tuple(new)] += 1
    assert chi_square(counts, draws * first[:, None] * second) < HIGHEST
    assert chi_square(counts, draws * guess[:, None] * guesses) > 1000


@pytest.mark.parametrize("fused", [False, True])
def test_greedy_text_is_the_models_own_whoever_guesses(fused, float64):
    model, prompt = tiny_llm(max_length=97), [3, 5, 7, 5, 7, 5]
    [expected] = complete([prompt], model, -1, max_new_tokens=21)
    runner, random = fuse(model) if fused else model, torch.Generator()
    for count in (1, 4):
        drafts = (
            LookupDraft(V),
            ModelDraft(tiny_llm(max_length=97), 97, greedy, random),
            ModelDraft(model, 97, greedy, random),
        )
        for draft in drafts:
            made = speculate(prompt, runner, draft, {-1}, count=count, max_new_tokens=21)
            assert made.ids == expected
            assert all(taken <= shown <= count for taken, shown in zip(made.accepted, made.proposed, strict=True))
        assert made.accepted == made.proposed == [count] * len(made.proposed)
        assert len(made.proposed) == -(-21 // (count + 1))


def test_a_draft_that_is_the_model_is_always_believed():
    model, sampler = tiny_llm(max_length=97).double(), Sampler(temperature=0.7, top_k=5)
    draft = ModelDraft(model, 97, sampler.probabilities, torch.Generator())
    made = speculate([3, 5], model, draft, {-1}, sampler.probabilities, count=3, max_new_tokens=12)
    assert made.accepted == [3, 3, 3]


def test_a_text_ends_with_its_end_token_also_among_the_guesses():
    model, prompt = tiny_llm(max_length=97).double(), [3, 5, 7]
    [ids] = complete([prompt], model, -1, max_new_tokens=30)
    end = ids[7]
    draft = ModelDraft(model, 97, greedy, torch.Generator())
    made = speculate(prompt, model, draft, {end}, max_new_tokens=30)
    assert made.ids == ids[: ids.index(end) + 1]


def test_look_up_proposes_what_followed_the_last_time_or_nothing():
    draft = LookupDraft(V, size=2)
    assert draft.propose([1, 2, 8, 1, 2, 9, 4, 1, 2], 3)[0] == [9, 4, 1]
    assert draft.propose([1, 2, 8, 4, 1, 2], 9)[0] == [8, 4, 1, 2]
    proposed, q = draft.propose([1, 2, 3], 3)
    assert proposed == []
    assert q.shape == (0, V)
