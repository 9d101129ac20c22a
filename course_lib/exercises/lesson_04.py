"""Exercises of lesson 04: encoder and decoder."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.to_the_word import TO_THE_WORD


# 04.1 The clock
def clock(place=2, D=6, exponent=lambda i, D: 2 * i / D, turn=lambda angle: angle, order=(0, 1)):
    """The six numbers of a place, and how far the slowest hand turns in 512 places."""
    angles = [turn(place / 10000 ** exponent(i, D)) for i in range(D // 2)]
    hands = [(math.sin(angle), math.cos(angle)) for angle in angles]
    slowest = math.degrees(512 / 10000 ** exponent(D // 2 - 1, D))
    return {"place 2": [hand[k] for hand in hands for k in order], "slowest hand": slowest, "without positions": "bag"}


# 04.2 Shapes at every station
B, S, T, D, H, V = 3, 7, 5, 64, 4, 100
SHAPES = {
    "memory": (B, S, D),
    "memory mask": (B, 1, 1, S),
    "self weights": (B, H, T, T),
    "cross weights": (B, H, T, S),
    "logits": (B, T, V),
    "new logits": (B, 1, V),
    "new self weights": (B, H, 1, T + 1),
}


# 04.3 Count
def sizes(seed):
    width = number(seed, 3, 9)
    return [(101, width, 4 * width, 1, 1), (13, width, 31, 3, 2), (1500, 128, 512, 2, 5)]


def parameters(vocab_size, d_model, d_ff, num_encoder_layers, num_decoder_layers):
    attention, feed_forward, norm = 4 * (d_model**2 + d_model), 2 * d_model * d_ff + d_ff + d_model, 2 * d_model
    encoder, decoder = attention + feed_forward + 2 * norm, 2 * attention + feed_forward + 3 * norm
    return vocab_size * d_model + num_encoder_layers * encoder + num_decoder_layers * decoder


def second(d_model):
    return 4 * (d_model**2 + d_model) + 2 * d_model


def miscounted(change):
    """The count with `change(V, D, F, N, M)` added."""
    return lambda *case: parameters(*case) + change(*case)


# 04.4 Embedding, positions, addition
def embedding_cases(seed):
    width, length = number(seed, 5, 8), number(seed + 1, 3, 6)
    table, positions = random_tensors(seed, (11, width), (17, width))
    ids = torch.randint(11, (2, length), generator=dice(seed))
    return [(ids, table, positions, 0), (ids[:, :1], table, positions, 9), (ids, table.double(), positions, 4)]


def embed(ids, table, positions, start):
    return table[ids] * math.sqrt(table.shape[1]) + positions[start : start + ids.shape[1]]


# 04.5 Find the bug: a training that hardly learns
def training_cases(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 7))
    tokens = torch.randint(1, 7, (3, 2, 6), generator=dice(seed))
    batches = [(row[:, :-1], row[:, 1:].clone()) for row in tokens]
    for _, labels in batches:
        labels[1, 3:] = 0  # padding
    return [(model, batches, 0.5), (model, batches[:1], 0.1)]


def train(model, batches, rate, loss_of=None, forget=True):
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=rate), []
    for inputs, labels in batches:
        if forget:
            optimizer.zero_grad()
        loss = (loss_of or masked_loss)(model(inputs), inputs, labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def masked_loss(logits, inputs, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0)


def run_training(answer, model, batches, rate):
    """The losses, and what has become of the model."""
    losses = answer(model, batches, rate)
    return None if losses is None else {"losses": losses, "weights": model[1].weight}


def trained_with(**changes):
    return lambda model, batches, rate: train(model, batches, rate, **changes)


def no_step(model, batches, rate):
    return [masked_loss(model(inputs), inputs, labels).item() for inputs, labels in batches]


# 04.6 How does it do it, and where does it stop?
READING = {"A": "reverse", "B": "copy", "C": "sort", "unreliable": {2, 7, 10}}

EXERCISES = [
    Exercise(
        id="04.1",
        title="The clock",
        points=2,
        truth=clock,
        tolerance=2e-3,
        mistakes=[
            ("the angles are in radians, not in degrees", {"place 2": clock(turn=math.radians)["place 2"]}),
            ("each hand gives its sine first, then its cosine", {"place 2": clock(order=(1, 0))["place 2"]}),
            (
                "all sines stand before all cosines; here each hand's two numbers are neighbours",
                {"place 2": [*clock()["place 2"][::2], *clock()["place 2"][1::2]]},
            ),
            (
                "the exponent of hand i is 2 i / D, not i / D",
                {"place 2": clock(exponent=lambda i, D: i / D)["place 2"]},
            ),
            ("places are counted from 0: this is another place", {"place 2": clock(place=1)["place 2"]}),
            ("places are counted from 0: this is another place", {"place 2": clock(place=3)["place 2"]}),
            (
                "this is the angle in radians; asked for are degrees",
                {"slowest hand": math.radians(clock()["slowest hand"])},
            ),
            (
                "this is the turn of the second hand; the slowest is the last one, 2 i / D = 2/3",
                {"slowest hand": math.degrees(512 / 10000 ** (1 / 3))},
            ),
            (
                "without positions, no layer can tell one order of the words from another",
                {"without positions": "sequence"},
            ),
        ],
    ),
    Exercise(
        id="04.2",
        title="Shapes at every station",
        points=2,
        truth=lambda: SHAPES,
        mistakes=[
            ("the memory has a vector per source token: S, not T", {"memory": (B, T, D)}),
            ("the memory is a sequence, not one vector per sentence", {"memory": (B, D)}),
            ("a mask for B H T S has axes of size 1 for heads and queries", {"memory mask": (B, S)}),
            ("the heads have weights of their own: B H T T", {"self weights": (B, T, T)}),
            (
                "in cross-attention the target asks and the source is asked: T S, not S T",
                {"cross weights": (B, H, S, T)},
            ),
            (
                "in cross-attention the target asks and the source is asked: T S, not T T",
                {"cross weights": (B, H, T, T)},
            ),
            ("the linear layer gives a logit for each word of the vocabulary", {"logits": (B, T, D)}),
            ("only the new token went through the decoder", {"new logits": (B, T + 1, V)}),
            ("one query, and as keys all tokens so far, its own included", {"new self weights": (B, H, 1, T)}),
            ("one query, and as keys all tokens so far, its own included", {"new self weights": (B, H, 1, 1)}),
            (
                "one query, and as keys all tokens so far: the old queries are not asked again",
                {"new self weights": (B, H, T + 1, T + 1)},
            ),
        ],
    ),
    Exercise(
        id="04.3",
        title="Count",
        points=2,
        truth=parameters,
        cases=sizes,
        mistakes=[
            ("the table is counted three times; tied, the three are one", miscounted(lambda V, D, F, N, M: 2 * V * D)),
            ("the table of words is missing", miscounted(lambda V, D, F, N, M: -V * D)),
            ("the output layer has no bias of its own: it is the table", miscounted(lambda V, D, F, N, M: V)),
            ("a decoder layer has two attentions", miscounted(lambda V, D, F, N, M: -4 * (D * D + D) * M)),
            ("a decoder layer has cross-attention and its norm, too", miscounted(lambda V, D, F, N, M: -second(D) * M)),
            ("a decoder layer has three norms", miscounted(lambda V, D, F, N, M: -2 * D * M)),
            (
                "the numbers of encoder and decoder layers are exchanged",
                lambda V, D, F, N, M: parameters(V, D, F, M, N),
            ),
            ("the biases are missing", miscounted(lambda V, D, F, N, M: -4 * D * (N + 2 * M) - (F + D) * (N + M))),
            ("post-norm stacks have no last norm", miscounted(lambda V, D, F, N, M: 4 * D)),
        ],
    ),
    Exercise(
        id="04.4",
        title="Build the entrance",
        points=2,
        truth=embed,
        cases=embedding_cases,
        axes="sentence token number",
        mistakes=[
            (
                "the factor √D is missing: the words are drowned by their places",
                lambda ids, table, places, start: table[ids] + places[start : start + ids.shape[1]],
            ),
            (
                "the words are multiplied by D, not by its root",
                lambda ids, table, places, start: table[ids] * table.shape[1] + places[start : start + ids.shape[1]],
            ),
            (
                "the words are divided by √D; they are to become longer, not shorter",
                lambda ids, table, places, start: (
                    table[ids] / table.shape[1] ** 0.5 + places[start : start + ids.shape[1]]
                ),
            ),
            (
                "the places are multiplied by √D, too: only the words are",
                lambda ids, table, places, start: (
                    (table[ids] + places[start : start + ids.shape[1]]) * table.shape[1] ** 0.5
                ),
            ),
            (
                "start is ignored: after nine tokens the next one stands at place 9, not at place 0",
                lambda ids, table, places, start: embed(ids, table, places, 0),
            ),
            ("the positions are missing", lambda ids, table, places, start: table[ids] * table.shape[1] ** 0.5),
            (
                "the position is looked up by the token's id, not by its place",
                lambda ids, table, places, start: table[ids] * table.shape[1] ** 0.5 + places[ids],
            ),
            (
                "places are counted from 0: all positions are shifted by one",
                lambda ids, table, places, start: embed(ids, table, places, start + 1),
            ),
        ],
    ),
    Exercise(
        id="04.5",
        title="Find the bug: a training that hardly learns",
        points=3,
        truth=train,
        cases=training_cases,
        run=run_training,
        mistakes=[
            (
                "the slopes are not forgotten: zero_grad is missing, so each step repeats the steps before",
                trained_with(forget=False),
            ),
            (
                "padding is counted in the loss: label 0 is no word",
                trained_with(loss_of=lambda logits, x, y: F.cross_entropy(logits.flatten(0, 1), y.flatten())),
            ),
            (
                "the target is not shifted: the model is asked for the token that it reads, not for the next one",
                trained_with(
                    loss_of=lambda logits, x, y: F.cross_entropy(logits.flatten(0, 1), x.flatten(), ignore_index=0)
                ),
            ),
            (
                "the loss is a sum over the tokens; asked for is the mean",
                trained_with(
                    loss_of=lambda logits, x, y: F.cross_entropy(logits.mT, y, ignore_index=0, reduction="sum")
                ),
            ),
            (
                "the model stays as it was: no step is taken, or it comes before `backward`, when there are no slopes",
                no_step,
            ),
            (
                "the loss is computed on probabilities: softmax twice",
                trained_with(loss_of=lambda logits, x, y: masked_loss(logits.softmax(dim=-1), x, y)),
            ),
            (
                "each sentence counts alike, however short; asked for is the mean over all tokens",
                trained_with(
                    loss_of=lambda logits, x, y: torch.stack(
                        [masked_loss(a[None], x, b[None]) for a, b in zip(logits, y, strict=True)]
                    ).mean()
                ),
            ),
        ],
    ),
    Exercise(
        id="04.6",
        title="How does it do it, and where does it stop?",
        points=2,
        truth=lambda: READING,
        mistakes=[
            ("in A, the first word is fetched from the last place", {"A": "copy"}),
            ("in B, the first word is fetched from the first place", {"B": "reverse"}),
            ("A falls from right to left: it fetches the last animal first", {"A": "sort"}),
            ("B falls from left to right: it fetches the animals as they come", {"B": "sort"}),
            ("C fetches cat, dog, frog, horse: neither the order of the line nor the opposite one", {"C": "reverse"}),
            ("C fetches cat, dog, frog, horse: neither the order of the line nor the opposite one", {"C": "copy"}),
            ("shorter lines than in training fail as well as longer ones", {"unreliable": {7, 10}}),
            ("7 is one more than in training: that is outside already", {"unreliable": {2, 10}}),
            ("3 and 6 were there in training", {"unreliable": {2, 3, 6, 7, 10}}),
        ],
    ),
    TO_THE_WORD,
]
