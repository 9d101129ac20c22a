"""Exercises of lesson 04: encoder and decoder."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.workshop.exercises.cases import number, random_tensors, rng, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 04.1 The clock
def answer():
    angles = 2 / 10000 ** (torch.arange(0, 6, 2) / 6)
    return {
        "place 2": torch.stack([angles.sin(), angles.cos()], dim=1).flatten(),
        "slowest hand": 512 / 10000 ** (4 / 6) * 180 / torch.pi,
        "without positions": "bag",
    }


# 04.2 Shapes at every station
B, S, T, D, H, V = 3, 7, 5, 64, 4, 100


def shapes():
    return {
        "memory": (3, 7, 64),
        "memory mask": (3, 1, 1, 7),
        "self weights": (3, 4, 5, 5),
        "cross weights": (3, 4, 5, 7),
        "logits": (3, 5, 100),
        "new logits": (3, 1, 100),
        "new self weights": (3, 4, 1, 6),
    }


# 04.3 Count
def sizes(seed):
    width = number(seed, 3, 9)
    return [(101, width, 4 * width, 1, 1), (13, width, 31, 3, 2), (1500, 128, 512, 2, 5)]


def count_parameters(vocab_size, d_model, d_ff, num_encoder_layers, num_decoder_layers):
    """The number of parameters of a translator with one table."""
    attention = 4 * (d_model * d_model + d_model)
    feed_forward = 2 * d_model * d_ff + d_ff + d_model
    norm = 2 * d_model
    encoder_layer = attention + feed_forward + 2 * norm
    decoder_layer = 2 * attention + feed_forward + 3 * norm
    return vocab_size * d_model + num_encoder_layers * encoder_layer + num_decoder_layers * decoder_layer


# 04.4 Embedding, positions, addition
def embedding_cases(seed):
    width, length = number(seed, 5, 8), number(seed + 1, 3, 6)
    table, positions = random_tensors(seed, (11, width), (17, width))
    ids = torch.randint(11, (2, length), generator=rng(seed))
    return [(ids, table, positions, 0), (ids[:, :1], table, positions[:10], 9), (ids, table.double(), positions, 4)]


def enter(ids, table, positions, start):
    """B T -> B T D."""
    words = table[ids] * table.shape[1] ** 0.5
    places = positions[start : start + ids.shape[1]]
    return words + places


# 04.5 Find the bug: a training that hardly learns
def training_cases(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Embedding(7, 5), nn.Linear(5, 7))
    tokens = torch.randint(1, 7, (3, 2, 6), generator=rng(seed))
    batches = [(row[:, :-1], row[:, 1:].clone()) for row in tokens]
    for _, labels in batches:
        labels[1, 3:] = 0  # padding
    return [(model, batches, 0.5), (model, batches[:1], 0.1)]


def train(model, batches, rate):
    """One step of gradient descent per batch; returns the losses."""
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    losses = []
    for inputs, labels in batches:
        logits = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def run_training(answer, model, batches, rate):
    """The losses, and what has become of the model."""
    losses = answer(model, batches, rate)
    return None if losses is None else {"losses": losses, "weights": model[1].weight}


# 04.6 How does it do it, and where does it stop?
def reading():
    return {"A": "reverse", "B": "copy", "C": "sort", "unreliable": {2, 7, 10}}


# 04.7 From the source to the word
class Layer:
    """Stands for a layer: a matrix, and a sine behind it; a decoder's adds what the memory says."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, x, memory=None):
        heard = 0 if memory is None else memory.mean(dim=1, keepdim=True)
        return ((x + heard) @ self.weight).sin()


def word_cases(seed):
    D, V = number(seed, 3, 5), number(seed + 1, 7, 11)
    source, target, table, *weights = random_tensors(seed, (2, 6, D), (2, 4, D), (V, D), *[(D, D)] * 5)
    layers = [Layer(weight) for weight in weights]
    return [
        (source, target, layers[:3], layers[3:], table),
        (source[:1], scattered(target[:1]), layers[:2], layers[2:], 2 * table),
        (source, target[:, :1], layers[:1], layers[1:2], table),
    ]


def probabilities(source, target, encoder_layers, decoder_layers, table):
    """B S D, B T D, two lists of layers and V D -> the next words' probabilities, B T V."""
    for layer in encoder_layers:
        source = layer(source)
    for layer in decoder_layers:
        target = layer(target, source)
    return (target @ table.T).softmax(dim=-1)


EXERCISES = [
    Exercise(id="04.1", title="The clock", points=2, truth=answer, tolerance=5e-3),
    Exercise(id="04.2", title="Shapes at every station", points=2, truth=shapes),
    Exercise(id="04.3", title="Count", points=2, truth=count_parameters, cases=sizes),
    Exercise(
        id="04.4",
        title="Build the entrance",
        points=2,
        truth=enter,
        cases=embedding_cases,
        axes="sentence token number",
    ),
    Exercise(
        id="04.5",
        title="Find the bug: a training that hardly learns",
        points=3,
        truth=train,
        cases=training_cases,
        run=run_training,
    ),
    Exercise(id="04.6", title="How does it do it, and where does it stop?", points=2, truth=reading),
    Exercise(
        id="04.7",
        title="From the source to the word",
        points=3,
        truth=probabilities,
        cases=word_cases,
        axes="sentence token word",
    ),
]
