"""The mask of a decoder with a prefix, and the proof that nothing leaks."""

import torch

from course_lib.exercises.cases import number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


def draw(prefix, length):
    """The mask of a decoder with a prefix, bool: length length."""
    places = torch.arange(length)
    return (places <= places[:, None]) | (places < prefix)


def mixer(mask, strength=1.0):
    """A model T D -> T D in which each token hears the mean of those that it may see."""
    shares = mask / mask.sum(dim=1, keepdim=True)

    def model(x):
        return x.sin() * mask.diagonal()[:, None] + strength * shares @ x

    return model


def models(prefix, length):
    """Masks that a leak test must tell apart."""
    ones = torch.ones(length, length, dtype=torch.bool)
    skip, prefixed = ones.tril(), ones.tril()
    skip[-1, 1], prefixed[:, :prefix] = False, True
    return [prefixed, ones, ones.tril(), ones.triu(), ones.tril(-1) | ~ones.tril(), skip]


def prefix_cases(seed):
    prefix = number(seed, 3, 4)
    x, wide = random_tensors(seed, (7, 5), (5, 9))
    faint = mixer(torch.ones(7, 7, dtype=torch.bool), strength=0.01)
    others = (1, 7, faint, x), (2, 5, narrow, x[:5]), (3, 7, balanced, x), (1, 5, from_the_last, wide)
    return [(prefix, 7, mixer(mask), x) for mask in models(prefix, 7)] + [*others]


def narrow(x):
    """A model T D -> T D in which only the first number of a state hears the tokens up to its own."""
    return torch.cat([x[:, :1].cumsum(dim=0), torch.zeros_like(x[:, 1:])], dim=1)


def from_the_last(x):
    """A model T D -> T D in which only the last number of a state hears the tokens up to its own."""
    return narrow(x.flip(1)).flip(1)


def balanced(x):
    """A model T D -> T D in which a state hears all tokens, and always sums to 0."""
    heard = x.sum(dim=1).cumsum(dim=0).flip(0)[:, None]
    return torch.cat([heard, -heard, torch.zeros_like(x[:, 2:])], dim=1)


def prove(model, x):
    """Which state (row) of `model` (T D -> T D) changes with which token (column): bool, T T."""
    before, columns = model(x), []
    for j in range(len(x)):
        other = x.clone()
        other[j] += 1
        columns.append((model(other) != before).any(dim=1))
    return torch.stack(columns, dim=1)


def draw_and_prove(pair, prefix, length, model, x):
    drawing, proof = pair
    return {"mask": drawing(prefix, length), "leaks": proof(model, x)}


PREFIX = Exercise(
    id="08.1",
    title="Draw a prefix",
    points=3,
    truth=(draw, prove),
    cases=prefix_cases,
    run=draw_and_prove,
    mistakes=[
        ("mask: this is the causal mask; the tokens of the prefix see each other", Edit(" | (places < prefix) → ")),
        (
            "mask: everybody sees everything; after the prefix, nobody may look ahead",
            Edit("places[:, None] → places[:, None] + 99"),
        ),
        (
            "mask: what comes after the prefix does not see the prefix",
            Edit(
                "return ( → return ((",
                "(places < prefix) → (places < prefix)) & ((places < prefix) == (places[:, None] < prefix))",
            ),
        ),
        (
            "mask: it is transposed: rows look, columns are looked at",
            Edit(
                "places <= places[:, None] → places[:, None] <= places",
                "(places < prefix → (places[:, None] < prefix",
            ),
        ),
        ("mask: one token too many counts as prefix", Edit("places < prefix → places <= prefix")),
        ("mask: one token too few counts as prefix", Edit("< prefix → < prefix - 1")),
        (
            "mask: the prefix looks at what comes after it",
            Edit("(places < prefix → (places[:, None] < prefix"),
        ),
        (
            "mask: nobody sees itself; a token may see its own place",
            Edit(
                "places <= places → places < places",
                "(places < prefix) → (places < prefix) & (places != places[:, None])",
            ),
        ),
        (
            "leaks: the table is transposed: rows are states, columns the tokens that were changed",
            Edit("columns, dim=1) → columns)"),
        ),
        (
            "leaks: a state may depend on its own token, too; the diagonal belongs to the table",
            Edit("columns, dim=1) → columns, dim=1) & ~torch.eye(len(x), dtype=torch.bool)"),
        ),
        (
            "leaks: only the last token was changed; change each of them",
            Edit("columns, dim=1) → columns, dim=1) & (torch.arange(len(x)) == len(x) - 1)"),
        ),
        (
            "leaks: only the first token was changed; change each of them",
            Edit("columns, dim=1) → columns, dim=1) & (torch.arange(len(x)) == 0)"),
        ),
        (
            "leaks: a small change is a change: 0.01 is more than a rounding error",
            Edit("(model(other) != before) → ((model(other) - before).abs() > 1e-2)"),
        ),
        (
            "leaks: a sum or a mean can stay the same while numbers change: compare all numbers",
            Edit("(model(other) != before).any(dim=1) → ((model(other).sum(dim=1) - before.sum(dim=1)).abs() > 1e-6)"),
        ),
        (
            "leaks: True means that it leaks; the table is upside down",
            Edit("(model(other) != before).any → (model(other) == before).all"),
        ),
        (
            "mask: after the prefix, a token sees those before it, too, not only the prefix and itself",
            Edit("places <= places[:, None] → places == places[:, None]"),
        ),
        (
            "leaks: one number of a state that changes is enough; not all have to",
            Edit("(model(other) != before).any → (model(other) != before).all"),
        ),
    ],
)
