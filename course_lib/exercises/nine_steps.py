"""A decoder layer as code: nine steps, whose parts are handed in."""

import torch
from torch import nn

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


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


NINE_STEPS = Exercise(
    id="03.7",
    title="Nine steps as code",
    points=3,
    truth=decoder_layer,
    cases=layer_cases,
    axes="sentence token number",
    mistakes=[
        ("step 4 asks the memory: keys and values come from there", Edit("(x, memory)) → (x, x))")),
        ("in step 4 the target asks and the memory is asked", Edit("(x, memory)) → (memory, x)[:, : x.shape[1]])")),
        ("the mask is for step 1: the source was complete before", Edit("(x, memory)) → (x, memory, mask))")),
        (
            "step 1 needs the mask: each word may see the words before it",
            Edit("(x, x, mask) → (x, x)"),
        ),
        ("step 2, the addition, is missing", Edit("norm_1(x + self → norm_1(self")),
        ("step 5, the addition, is missing", Edit("norm_2(x + cross → norm_2(cross")),
        ("step 8, the addition, is missing", Edit("norm_3(x + feed → norm_3(feed")),
        (
            "steps 4 to 6 are missing: the decoder does not ask the source",
            Edit("x = norm_2(x + cross_attention(x, memory)) → "),
        ),
        ("steps 7 to 9 are missing: the feed-forward network", Edit("norm_3(x + feed_forward(x)) → x")),
        (
            "the words so far come first, then the source",
            Edit(
                "norm_1(x + self_attention(x, x, mask)) → norm_1(x + cross_attention(x, memory))",
                "norm_2(x + cross_attention(x, memory)) → norm_2(x + self_attention(x, x, mask))",
            ),
        ),
        (
            "here each norm comes after its addition, as on the slide",
            Edit(
                "norm_1(x + self_attention(x, x, mask)) → x + self_attention(norm_1(x), norm_1(x), mask)",
                "norm_2(x + cross_attention(x, memory)) → x + cross_attention(norm_2(x), memory)",
                "norm_3(x + feed_forward(x)) → x + feed_forward(norm_3(x))",
            ),
        ),
        (
            "each addition has a norm of its own",
            Edit("norm_2(x → norm_1(x", "norm_3(x → norm_1(x"),
        ),
    ],
)
