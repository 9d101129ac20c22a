"""A stack of attention layers, read at once and one token at a time with a cache."""

import math

import torch

from course_lib.exercises.cases import random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def stack_cases(seed):
    cases = []
    for D, T, L in ((4, 3, 2), (5, 6, 1), (3, 7, 4)):
        X, *weights = random_tensors(seed + D, (T, D), *[(D, D)] * (3 * L))
        scaled = [W / math.sqrt(D) for W in weights]  # without, tokens can grow until an exponential overflows
        cases.append((X, [tuple(scaled[3 * i : 3 * i + 3]) for i in range(L)]))
    X, layers = cases[0]
    return [*cases, (-X, layers)]  # all outputs with the other sign, so the largest difference has it, too


def read_token(x, kept, layers):
    """The newest token and what is kept -> its output, and what is kept now."""
    now = []
    for (W_Q, W_K, W_V), (K, V) in zip(layers, kept, strict=True):
        K, V = torch.vstack([K, x @ W_K]), torch.vstack([V, x @ W_V])
        now.append((K, V))
        x = (x @ W_Q @ K.T / math.sqrt(len(x))).softmax(dim=-1) @ V
    return x, now


def largest_difference(step, plain, X, layers):
    """Between the tokens read one by one with `step`, and all at once with `plain`."""
    kept, outputs = [(X[:0], X[:0]) for _ in layers], []
    for x in X:
        output, kept = step(x, kept, layers)
        outputs.append(output)
    return (torch.stack(outputs) - plain(X, layers)).abs().max()


def through_the_cache(step, X, layers):
    """The outputs of all tokens, read in turns with those of another text: T D, or None if the step gives nothing."""
    kept, of_another, outputs = *([(X[:0], X[:0]) for _ in layers] for _ in range(2)), []
    for x, another in zip(X, X.flip(0), strict=True):
        result = step(x, kept, layers)
        if result is None:
            return None
        output, kept = result
        outputs.append(torch.as_tensor(output))
        _, of_another = step(another, of_another, layers)
    return torch.stack(outputs)


def plainly(X, layers):
    """All rows at once under the causal mask: T D -> T D."""
    hidden = torch.ones(len(X), len(X), dtype=torch.bool).triu(1)
    for W_Q, W_K, W_V in layers:
        scores = X @ W_Q @ (X @ W_K).T / math.sqrt(X.shape[1])
        X = scores.masked_fill(hidden, -math.inf).softmax(dim=-1) @ (X @ W_V)
    return X


def fading(x, kept, layers):
    """A step that divides each token by the number of tokens read so far."""
    read = torch.vstack([kept[0][0], x])
    return x / len(read), [(read, read), *kept[1:]]


def turned_round(X, layers):
    return -plainly(X, layers)


def run_both(functions, X, layers):
    step, difference = functions
    outputs = through_the_cache(step, X, layers)
    found = difference(fading, turned_round, X, layers)  # both with a fault, so that there is one
    return None if outputs is None else {"outputs": outputs, "largest difference": found}


CACHED_LAYERS = Exercise(
    id="17.2",
    title="By hand",
    points=3,
    truth=(read_token, largest_difference),
    cases=stack_cases,
    run=run_both,
    mistakes=[
        ("the scale is forgotten: divide scores by the root of E", Edit(" / math.sqrt(len(x)) → ")),
        ("divided by E, not by its root", Edit("math.sqrt(len(x)) → len(x)")),
        ("the scale is the root of E, not of the number of tokens", Edit("(len(x)) → (len(K))")),
        (
            "each layer reads what the one below it gives, not the embedding",
            Edit("x = (x @ W_Q → y = (x @ W_Q", "return x, now → return y, now"),
        ),
        (
            "kept are the keys and values of all tokens, not of the newest alone",
            Edit("now.append((K, V)) → now.append((K[-1:], V[-1:]))"),
        ),
        ("the weights say how much of each value; yours add up keys", Edit("(dim=-1) @ V → (dim=-1) @ K")),
        (
            "nothing is kept: each token attends to itself alone",
            Edit("torch.vstack([K, x @ W_K]), torch.vstack([V, x @ W_V]) → (x @ W_K)[None], (x @ W_V)[None]"),
        ),
        (
            "a token sees itself, too: append before you attend",
            Edit("@ K.T → @ K[:-1].T", "(dim=-1) @ V → (dim=-1) @ V[:-1]"),
        ),
        ("keys and values are exchanged", Edit("@ K.T → @ V.T", "(dim=-1) @ V → (dim=-1) @ K")),
        (
            "deeper layers make keys and values from their own input, not from the embedding",
            Edit("now = [] → now, first = [], x", "[K, x @ W_K] → [K, first @ W_K]", "[V, x @ W_V] → [V, first @ W_V]"),
        ),
        ("this is the mean difference; one wrong row could hide in it", Edit(".abs().max() → .abs().mean()")),
        (
            "`plain` is handed in; compare with it, and not with `plainly`",
            Edit("- plain → - plainly"),
        ),
        ("only the last token is compared", Edit("layers)).abs() → layers))[-1].abs()")),
        ("a difference may be negative: take its size", Edit(".abs().max() → .max()")),
        ("what `step` keeps is what the next `step` begins with", Edit("output, kept = → output, _ =")),
    ],
)
