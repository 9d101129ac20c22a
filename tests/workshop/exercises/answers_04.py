"""Answers to the exercises of lesson 04."""

import functools
import math

import numpy as np
import torch
import torch.nn.functional as F

from course_lib.models import Translator, TranslatorConfig

CLOCK = {
    "place 2": [0.909, -0.416, 0.093, 0.996, 0.004, 1.0],
    "slowest hand": 63.2,
    "without positions": "bag",
}


def clock_in_numpy():
    angles = 2 / 10000 ** (np.arange(3) / 3)
    hands = np.stack([np.sin(angles), np.cos(angles)], axis=1).reshape(-1)
    return {**CLOCK, "place 2": hands, "slowest hand": np.degrees(512 / 10000 ** (2 / 3))}


def count_modules(vocab_size, d_model, d_ff, num_encoder_layers, num_decoder_layers):
    sizes = {"num_encoder_layers": num_encoder_layers, "num_decoder_layers": num_decoder_layers}
    config = TranslatorConfig(vocab_size=vocab_size, d_model=d_model, d_ff=d_ff, num_heads=1, **sizes)
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in Translator(config).parameters())


def count_by_steps(V, D, F, N, M):
    attention, thinking = 4 * D * D + 4 * D, D * F + F + F * D + D
    return V * D + N * (attention + thinking + 4 * D) + M * (attention + attention + thinking + 6 * D)


def count_in_one_line(V, D, F, N, M):
    return D * V + (N + 2 * M) * 4 * D * (D + 1) + (N + M) * (2 * D * F + F + D) + (2 * N + 3 * M) * 2 * D


def embed_by_loops(ids, table, positions, start):
    root = math.sqrt(table.shape[1])
    return [[root * table[i] + positions[start + t] for t, i in enumerate(row.tolist())] for row in ids]


def embed_by_torch(ids, table, positions, start):
    places = torch.arange(start, start + ids.shape[1])
    return F.embedding(ids, table) * table.shape[-1] ** 0.5 + F.embedding(places, positions)


def embed_one_hot(ids, table, positions, start):
    words = torch.eye(len(table), dtype=table.dtype)[ids] @ table
    return words.mul(np.sqrt(table.shape[1])) + positions[start:][: ids.shape[1]]


def train_plainly(model, batches, rate):
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=rate), []
    for inputs, labels in batches:
        loss = F.cross_entropy(model(inputs).transpose(1, 2), labels, ignore_index=0)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss)
    return losses


def train_without_an_optimizer(model, batches, rate):
    losses = []
    for inputs, labels in batches:
        real = labels != 0
        loss = -model(inputs).log_softmax(dim=-1)[real].gather(1, labels[real][:, None]).mean()
        slopes = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, slope in zip(model.parameters(), slopes, strict=True):
                parameter -= rate * slope
        losses.append(float(loss))
    return torch.tensor(losses)


def train_with_none(model, batches, rate):
    losses = np.zeros(len(batches))
    for place, (inputs, labels) in enumerate(batches):
        model.zero_grad(set_to_none=True)
        real = labels.flatten().nonzero()[:, 0]
        loss = F.nll_loss(model(inputs).flatten(0, 1).log_softmax(-1)[real], labels.flatten()[real])
        loss.backward()
        torch.optim.SGD(model.parameters(), lr=rate).step()
        losses[place] = loss.item()
    return losses


def train_only_the_last_batch(model, batches, rate):
    return train_plainly(model, batches[-1:], rate)


def word_by_reduce(source, target, encoder_layers, decoder_layers, table):
    memory = functools.reduce(lambda x, layer: layer(x), encoder_layers, source)
    x = functools.reduce(lambda x, layer: layer(x, memory), decoder_layers, target)
    return torch.softmax(torch.einsum("btd,vd->btv", x, table), dim=2)


def word_by_exp(source, target, encoder_layers, decoder_layers, table):
    for layer in encoder_layers:
        source = layer(source)
    for layer in decoder_layers:
        target = layer(target, memory=source)
    shares = torch.exp(F.linear(target, table))
    return shares / shares.sum(dim=-1, keepdim=True)


def word_by_logs(*case):
    return word_by_exp(*case).double().log().log_softmax(dim=-1).exp()


DEAR = {"04.5"}  # in the slow tests
RIGHT = {
    "04.1": [clock_in_numpy()],
    "04.3": [count_modules, count_by_steps, count_in_one_line],
    "04.4": [embed_by_loops, embed_by_torch, embed_one_hot],
    "04.5": [train_plainly, train_without_an_optimizer, train_with_none],
    "04.7": [word_by_reduce, word_by_exp, word_by_logs],
}

WRONG = {
    "04.1": [
        ({"place 2": [0.909, -0.416]}, "place 2: yours has the shape 2, the true one has the shape 6"),
        ({"slowest hand": 360}, "slowest hand: yours is 360, the true value is 63.2"),
    ],
    "04.2": [({"logits": (5, 3, 100)}, "logits: at [0]: yours is 5, the true value is 3")],
    "04.3": [(lambda V, D, F, N, M: V * D + 12 * D * D * (N + M), "yours is")],
    "04.4": [
        (lambda ids, table, places, start: table[ids] * math.sqrt(len(table)) + places[: ids.shape[1]], "yours is"),
        (lambda ids, table, places, start: table[ids] + places, "your code raises RuntimeError"),
    ],
    "04.5": [
        (train_only_the_last_batch, "losses: yours has the shape 1, the true one has the shape 3"),
        (lambda model, batches, rate: train_plainly(model, batches, -rate), "losses: at [1]"),
    ],
    "04.6": [({"C": "random"}, "C: yours is 'random', the true value is 'sort'")],
    "04.7": [
        (lambda source, *rest: word_by_exp(source, rest[0], [], *rest[2:]), "not the source itself"),
        (lambda *case: word_by_exp(*case).argmax(dim=-1), "yours has the shape"),
        (lambda *case: word_by_exp(*case).cumsum(dim=-1), "yours is"),
    ],
}
