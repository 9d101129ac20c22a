"""Exercises of lesson 17: KV caching."""

import math

import torch

from course_lib.workshop.exercises.cases import number, random_tensors
from course_lib.workshop.exercises.exercise import Exercise


# 17.1 Which rows?
def kept():
    return {"end": 12, "replaced": 7, "system": 0, "dropped": 4, "no mask": 0, "no mask, first layer": 12}


# 17.2 By hand
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


# 17.3 Rows
def conversations(seed):
    system, a, b = (number(seed + i, 3, 30) for i in range(3))
    ns, power = [10, 20, 73], 1 + 0.5 * number(seed, 1, 5)
    return [
        (system, [(a, b)], ns, [3 * n**power * (1.3 if n == 20 else 1) for n in ns]),
        (0, [(5, 2), (a, 7), (3, b)], ns[:2], [n**3 + 5 * n for n in ns[:2]]),
        (system, [(b, a)] * 5, (4, 90), (7.0, 7.0 * 5**power)),
    ]


def run_counts(functions, system, turns, lengths, costs):
    count, find = functions
    counts = count(system, turns)
    return None if counts is None else {"rows": counts, "power": find(lengths, costs)}


def rows(system, turns):
    """Tokens of the system message, pairs of a question's and an answer's tokens -> plain, per turn, kept."""
    before, plain, per_turn = system, 0, 0
    for question, answer in turns:
        prompt = before + question
        plain += sum(prompt + written for written in range(answer))
        per_turn += prompt + answer - 1
        before = prompt + answer
    return {"plain": plain, "per turn": per_turn, "kept": before - 1}


def power(lengths, costs):
    """The p in cost = k · n^p, from the first and the last measurement."""
    return math.log(costs[-1] / costs[0]) / math.log(lengths[-1] / lengths[0])


# 17.4 Bytes: layers, key-value heads and parameters; heads are 128 wide
def users():
    models = {"Llama 2 70B": (80, 8, 69e9), "Llama 2 7B": (32, 32, 6.7e9), "Llama 3.1 8B": (32, 8, 8e9)}
    found = {}
    for name, (layers, heads, parameters) in models.items():
        found[name] = math.floor((160 * 2**30 - 2 * parameters) / (2 * layers * heads * 128 * 4000 * 2))
    return found


EXERCISES = [
    Exercise(id="17.1", title="Which rows?", points=2, truth=kept),
    Exercise(
        id="17.2", title="By hand", points=3, truth=(read_token, largest_difference), cases=stack_cases, run=run_both
    ),
    Exercise(id="17.3", title="Rows", points=3, truth=(rows, power), cases=conversations, run=run_counts),
    Exercise(id="17.4", title="Bytes", points=2, truth=users),
]
