"""Exercises of lesson 03: the decoder layer."""

import torch
from torch import nn

from course_lib.workshop.exercises.cases import number, random_tensors, rng
from course_lib.workshop.exercises.exercise import Exercise

# 03.1 Nine steps on paper: the vectors of the lesson, and a third source word that has the vector of BOS

# este, é, o


def answer():
    bos, este, e = torch.tensor([[1.0, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])
    memory = torch.stack([este, e, bos])  # o has the vector of BOS
    weights = (memory @ bos / 2).softmax(dim=0)
    heard = weights @ memory
    added = bos + heard
    return {"weights": weights, "heard": heard, "step 6": (added - added.mean()) / added.std(correction=0)}


# 03.2 Who asks whom?
def maps_are():
    return {"A": "self", "B": "neither", "C": "cross", "D": "neither", "E": "self"}


# 03.3 A mask for every occasion
def mask_cases(seed):
    length, old = number(seed, 4, 6), number(seed + 1, 7, 11)
    whole, starts = torch.arange(length), torch.tensor([[0], [old]])
    return [
        (whole, whole),
        (torch.tensor([old]), torch.arange(old + 1)),
        (torch.arange(old, old + 3), torch.arange(old + 3)),
        (starts + torch.tensor([[1, 2, 3], [0, 1, 2]]), starts + torch.arange(4)),  # two sequences, B T and B S
    ]


def make_mask(q_positions, k_positions):
    """Positions T and S (or B T and B S) -> bool, T S (or B T S)."""
    return k_positions.unsqueeze(-2) <= q_positions.unsqueeze(-1)


# 03.4 Find the leak
def decoder_cases(seed):
    (x,) = random_tensors(seed, (6, 3))
    both = sum(decoders().values(), ())
    return [(both[i], x) for i in torch.randperm(len(both), generator=rng(seed))]


def sees_the_future(decoder, x):
    """Whether an output of `decoder` (T D -> T D) at `x` depends on a later input."""
    before = decoder(x)
    for t in range(1, len(x)):
        changed = x.clone()
        changed[t] = changed[t] + 1
        if not torch.equal(decoder(changed)[:t], before[:t]):
            return True
    return False


# 03.5 Count the rows
def rows():
    return {"training": 12, "with cache": 12, "without": 12 * 13 // 2, "examples": 12}


# 03.6 Too good to be true
def without_mask():
    return {"B", "E"}


# 03.7 Nine steps as code
class Attention:
    """An attention whose linear layers are random: attention(asks, asked, mask), B T D and B S D -> B T D."""

    def __init__(self, q, k, v):
        self.weights = q, k, v

    def __call__(self, asks, asked, mask=None):
        W_Q, W_K, W_V = self.weights
        scores = asks @ W_Q @ (asked @ W_K).mT / len(W_Q) ** 0.5
        scores = scores if mask is None else scores.masked_fill(~mask, -torch.inf)
        return scores.softmax(dim=-1) @ asked @ W_V


def layer_cases(seed):
    D = number(seed, 3, 5)
    x, memory, *weights = random_tensors(seed, (2, 4, D), (2, 7, D), *[(D, D)] * 6)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network, norms = nn.Sequential(nn.Linear(D, 7), nn.ReLU(), nn.Linear(7, D)), [nn.LayerNorm(D) for _ in range(3)]
        for norm in norms:
            nn.init.normal_(norm.weight), nn.init.normal_(norm.bias)
    parts = Attention(*weights[:3]), Attention(*weights[3:]), network, *norms
    mask = torch.ones(4, 4, dtype=torch.bool).tril()
    return [(x, memory[:, :4], mask, *parts), (x, memory, mask, *parts), (x[:, :1], memory, mask[:1, :1], *parts)]


def decoder_layer(x, memory, mask, self_attention, cross_attention, feed_forward, norm_1, norm_2, norm_3):
    """B T D, B S D and the causal mask -> B T D."""
    x = norm_1(x + self_attention(x, x, mask))
    x = norm_2(x + cross_attention(x, memory))
    return norm_3(x + feed_forward(x))


def decoders():
    """Functions T D -> T D: those that keep to the past, and those that do not."""

    def honest(x):
        return x.cumsum(dim=0) / torch.arange(1, len(x) + 1)[:, None]

    def blind(x):
        return torch.zeros_like(x)

    def centered(x):
        return honest(x) - x.mean(dim=0)

    def by_the_total(x):
        return honest(x) / x.logsumexp(dim=(0, 1))  # any change moves it, that of a sign, too

    def shifted(x):
        return x.roll(-1, dims=0)

    def faintly(x):
        return honest(x) + 1e-5 * x.flip(0).cumsum(dim=0).flip(0)

    def and_more(rows, more):
        def decoder(x):
            y = honest(x).clone()
            y[rows] = y[rows] + more(x)
            return y

        return decoder

    at_one_place = and_more(slice(2, 3), lambda x: x[3:4].sum(dim=0))
    at_the_end_only = and_more(slice(-2, -1), lambda x: x[-1])
    from_afar = and_more(slice(1, 2), lambda x: x[4:5].sum(dim=0))
    at_the_beginning_only = and_more(slice(1), lambda x: x[1:2].sum(dim=0))

    def balanced(x):
        y = torch.zeros_like(x)  # so that all sums are exactly 0, along each axis and over everything
        y[:2, :2] = x[-1].sum() * torch.tensor([[1.0, -1.0], [-1.0, 1.0]])[: len(x)]
        return y

    everywhere, somewhere = (centered, by_the_total, shifted, faintly), (at_one_place, from_afar, balanced)
    leaky = *everywhere, *somewhere, at_the_end_only, at_the_beginning_only
    return {"honest": (honest, blind, torch.sin), "leaky": leaky}


EXERCISES = [
    Exercise(id="03.1", title="Nine steps on paper", points=2, truth=answer, tolerance=5e-3),
    Exercise(id="03.2", title="Who asks whom?", points=2, truth=maps_are),
    Exercise(
        id="03.3",
        title="A mask for every occasion",
        points=3,
        truth=make_mask,
        cases=mask_cases,
        axes="query key",
    ),
    Exercise(
        id="03.4",
        title="Find the leak",
        points=3,
        truth=sees_the_future,
        cases=decoder_cases,
    ),
    Exercise(id="03.5", title="Count the rows", points=1, truth=rows),
    Exercise(id="03.6", title="Too good to be true", points=1, truth=without_mask),
    Exercise(
        id="03.7",
        title="Nine steps as code",
        points=3,
        truth=decoder_layer,
        cases=layer_cases,
        axes="sentence token number",
    ),
]
