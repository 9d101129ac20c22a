"""Exercises of lesson 10: pre-training."""

import math

import torch

from course_lib.workshop.exercises.cases import number, rng
from course_lib.workshop.exercises.exercise import Exercise

# 10.1 On paper: five probabilities, and the fourteen tokens of a chat with two turns

# the places of the two answers, with their end tokens


def answer():
    loss = -sum(math.log(p) for p in (1 / 2, 1 / 4, 1 / 2, 1 / 8, 1 / 2)) / 5
    return {"loss": loss, "perplexity": math.exp(loss), "mask": [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]}


# 10.2 In colors
def models():
    return {"A": "learned by heart", "B": "the same world", "C": "another language", "never free": "names"}


# 10.3 The bill
def bill_cases(seed):
    source, words = rng(seed), ["um", "livro", "vermelho", "the", "book", "extraordinary"]

    def sentence(length):
        return " ".join(words[i] for i in torch.randint(len(words), (length,), generator=source))

    sentences = [sentence(number(seed + i, 2, 7)) for i in range(3)] + ["a", "São  três maçãs"]
    losses = [torch.rand(2 * len(text.split()) + i, generator=source).tolist() for i, text in enumerate(sentences)]
    return [(losses, sentences), (losses[:1], sentences[:1])]


def bill(losses, sentences):
    """Lists of losses per token, and the sentences -> {"tokens per word", "bits per character"}."""
    tokens = sum(len(row) for row in losses)
    nats = sum(sum(row) for row in losses)
    words = sum(len(sentence.split()) for sentence in sentences)
    characters = sum(len(sentence) for sentence in sentences)
    return {"tokens per word": tokens / words, "bits per character": nats / math.log(2) / characters}


# 10.4 Against counting
def counting_cases(seed):
    size, source = number(seed, 9, 12), rng(seed)

    def texts(count):
        return [torch.randint(2, size, (int(n),), generator=source).tolist() for n in range(3, 3 + count)]

    return [(texts(5), texts(2), size, 0.5), (texts(2), texts(3), size, 0.01)]


def count_and_judge(texts, exam, size, extra):
    """Texts to count, texts to judge on -> {"table": size x size, "loss": the mean in nats}."""
    counts = torch.zeros(size, size)
    for ids in texts:
        for before, after in zip([1, *ids[:-1]], ids, strict=True):
            counts[before, after] += 1
    table = (counts + extra) / (counts + extra).sum(dim=1, keepdim=True)
    losses = []
    for ids in exam:
        losses += [-table[before, after].log() for before, after in zip([1, *ids[:-1]], ids, strict=True)]
    return {"table": table, "loss": torch.stack(losses).mean()}


# 10.5 The same cost
def budget():
    return {"best at 40": 2, "best at 160": 4, "tokens for 80": 20, "ratio": 16, "small model is full": "yes"}


EXERCISES = [
    Exercise(id="10.1", title="On paper", points=2, truth=answer, tolerance=3e-3),
    Exercise(id="10.2", title="In colors", points=1, truth=models),
    Exercise(
        id="10.3",
        title="The bill",
        points=2,
        truth=bill,
        cases=bill_cases,
    ),
    Exercise(id="10.4", title="Against counting", points=3, truth=count_and_judge, cases=counting_cases),
    Exercise(id="10.5", title="The same cost", points=1, truth=budget),
]
