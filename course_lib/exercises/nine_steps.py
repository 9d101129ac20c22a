"""A decoder layer as code: nine steps, whose parts are handed in."""

import torch
from torch import nn

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise


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
    x = norm_1(x + self_attention(x, x, mask))
    x = norm_2(x + cross_attention(x, memory))
    return norm_3(x + feed_forward(x))


def otherwise(step_1=None, step_2=None, step_3=None):
    """The layer with another way for one of its thirds: a function of what all of them are handed."""

    def answer(x, memory, mask, heed, ask, network, *norms):
        first = step_1 or (lambda x, memory, mask, block, norm: norm(x + block(x, x, mask)))
        second = step_2 or (lambda x, memory, mask, block, norm: norm(x + block(x, memory)))
        third = step_3 or (lambda x, memory, mask, block, norm: norm(x + block(x)))
        for step, block, norm in zip((first, second, third), (heed, ask, network), norms, strict=True):
            x = step(x, memory, mask, block, norm)
        return x

    return answer


def second(block):
    """Another block in steps 4 to 6."""
    return otherwise(step_2=lambda x, memory, mask, ask, norm: norm(x + block(x, memory, mask, ask)))


def cross_first(x, memory, mask, heed, ask, network, norm_1, norm_2, norm_3):
    x = norm_1(x + ask(x, memory))
    return norm_3((y := norm_2(x + heed(x, x, mask))) + network(y))


def pre_norm(x, memory, mask, heed, ask, network, norm_1, norm_2, norm_3):
    x = x + heed(norm_1(x), norm_1(x), mask)
    x = x + ask(norm_2(x), memory)
    return x + network(norm_3(x))


NINE_STEPS = Exercise(
    id="03.7",
    title="Nine steps as code",
    points=3,
    truth=decoder_layer,
    cases=layer_cases,
    axes="sentence token number",
    mistakes=[
        ("step 4 asks the memory: keys and values come from there", second(lambda x, m, k, b: b(x, x))),
        ("in step 4 the target asks and the memory is asked", second(lambda x, m, k, b: b(m, x)[:, : x.shape[1]])),
        ("the mask is for step 1: the source was complete before", second(lambda x, m, k, b: b(x, m, k))),
        (
            "step 1 needs the mask: each word may see the words before it",
            otherwise(step_1=lambda x, m, k, b, n: n(x + b(x, x))),
        ),
        ("step 2, the addition, is missing", otherwise(step_1=lambda x, m, k, b, n: n(b(x, x, k)))),
        ("step 5, the addition, is missing", otherwise(step_2=lambda x, m, k, b, n: n(b(x, m)))),
        ("step 8, the addition, is missing", otherwise(step_3=lambda x, m, k, b, n: n(b(x)))),
        ("steps 4 to 6 are missing: the decoder does not ask the source", otherwise(step_2=lambda x, *rest: x)),
        ("steps 7 to 9 are missing: the feed-forward network", otherwise(step_3=lambda x, *rest: x)),
        ("the words so far come first, then the source", cross_first),
        ("here each norm comes after its addition, as on the slide", pre_norm),
        (
            "each addition has a norm of its own",
            lambda x, m, k, a, b, f, n, *rest: decoder_layer(x, m, k, a, b, f, n, n, n),
        ),
    ],
)
