"""Exercises of lesson 10: pre-training."""

import math

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

# 10.1 On paper: five probabilities, and the fourteen tokens of a chat with two turns

# the places of the two answers, with their end tokens


def masked(*counted):
    return {"mask": [int(place in counted) for place in range(14)]}


def answer():
    loss = -sum(math.log(p) for p in (1 / 2, 1 / 4, 1 / 2, 1 / 8, 1 / 2)) / 5
    return {"loss": loss, "perplexity": math.exp(loss), "mask": [0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1]}


# 10.2 In colours


def models():
    return {"A": "learnt by heart", "B": "the same world", "C": "another language", "never free": "names"}


# 10.3 The bill
def bill_cases(seed):
    source, words = dice(seed), ["um", "livro", "vermelho", "the", "book", "extraordinary"]

    def sentence(length):
        return " ".join(words[i] for i in torch.randint(len(words), (length,), generator=source))

    sentences = [sentence(number(seed + i, 2, 7)) for i in range(3)] + ["a", "São  três maçãs"]
    losses = [torch.rand(2 * len(text.split()) + i, generator=source).tolist() for i, text in enumerate(sentences)]
    return [(losses, sentences), (losses[:1], sentences[:1])]


def mean_of_means(losses, sentences):
    each = [bill([row], [text]) for row, text in zip(losses, sentences, strict=True)]
    return {name: sum(one[name] for one in each) / len(each) for name in each[0]}


def bill(losses, sentences):
    """Lists of losses per token, and the sentences -> {"tokens per word", "bits per character"}."""
    tokens = sum(len(row) for row in losses)
    nats = sum(sum(row) for row in losses)
    words = sum(len(sentence.split()) for sentence in sentences)
    characters = sum(len(sentence) for sentence in sentences)
    return {"tokens per word": tokens / words, "bits per character": nats / math.log(2) / characters}


# 10.4 Against counting
def counting_cases(seed):
    size, source = number(seed, 9, 12), dice(seed)

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
    Exercise(
        id="10.1",
        title="On paper",
        points=2,
        truth=answer,
        tolerance=3e-3,
        mistakes=[
            ("the sum of the losses is not divided by the five tokens", Edit(" / 5 → ")),
            ("this is in bits; nats have the natural logarithm", {"loss": 1.6}),
            ("this is −log of the mean; the loss is the mean of −log", {"loss": -math.log(0.375)}),
            ("perplexity is e to the loss, not 2 to the loss", Edit("math.exp(loss) → 2**loss")),
            (
                "this is the mean of 1 / p; perplexity is their geometric mean",
                {"perplexity": 18 / 5},
            ),
            ("the end token of an answer counts: the model must learn to stop", masked(4, 5, 11, 12)),
            ("<assistant> is the program's to say, not the model's", masked(3, 4, 5, 6, 10, 11, 12, 13)),
            ("each answer counts, not the last one only", masked(11, 12, 13)),
            ("the questions are context: nobody wants the model to learn to ask them", masked(*range(1, 14))),
            ("these are the user's tokens; the assistant's count", masked(1, 2, 8, 9)),
        ],
    ),
    Exercise(
        id="10.2",
        title="In colours",
        points=1,
        truth=models,
        mistakes=[
            (
                "in A even the first name is free: nobody can know it who has not seen this very text",
                {"A": "the same world"},
            ),
            ("A is the cheapest of the three: every token is expected", {"A": "another language"}),
            ("in B the first Rita is dear, so this text was never seen", {"B": "learnt by heart"}),
            ("in B the grammar is free: it knows the language well", {"B": "another language"}),
            ("in C even the full stops are dear: it knows neither words nor grammar", {"C": "the same world"}),
            ("C is dear everywhere: what was learnt by heart would be free", {"C": "learnt by heart"}),
            ("grammar is learnt; what the story-teller decides by chance is not", {"never free": "grammar"}),
        ],
    ),
    Exercise(
        id="10.3",
        title="The bill",
        points=2,
        truth=bill,
        cases=bill_cases,
        mistakes=[
            ("this is the mean of the sentences' means: a short sentence counts as much as a long one", mean_of_means),
            ("these are nats; divided by ln 2 they are bits", Edit(" / math.log(2) → ")),
            ("spaces are characters, too", Edit('len(sentence) for → len(sentence.replace(" ", "")) for')),
            (
                "this is a loss per word; asked for is the loss per character",
                Edit("/ characters → / words"),
            ),
            (
                "this is a loss per token: it cannot be compared between tokenizers",
                Edit("/ characters → / tokens"),
            ),
            (
                "this is words per token: the fraction is upside down",
                Edit("tokens / words → words / tokens"),
            ),
            (
                "these are characters per token, not tokens per word",
                Edit("tokens / words → characters / tokens"),
            ),
            ("words are what blanks divide; these are letters", Edit("len(sentence.split()) → len(sentence)")),
            ("a list has many tokens; all count", Edit("len(row) for row → 1 for row")),
            ("all losses are added up, not their means", Edit("sum(row) for row → sum(row) / len(row) for row")),
            ("a bit is a logarithm to the base 2, not 10", Edit("math.log(2) → math.log(10)")),
            ("tokens per word, not per sentence", Edit("/ words → / len(sentences)")),
        ],
    ),
    Exercise(
        id="10.4",
        title="Against counting",
        points=3,
        truth=count_and_judge,
        cases=counting_cases,
        mistakes=[
            (
                "the columns sum to 1; each row is the distribution of what comes after a token",
                Edit("sum(dim=1 → sum(dim=0"),
            ),
            (
                "what was added to the counts is missing in the sum: a row sums to more than 1",
                Edit("(counts + extra).sum → counts.sum"),
            ),
            (
                "the table is transposed: rows are the token before, columns the one after",
                Edit('"table": table → "table": table.T'),
            ),
            (
                "the first token of a text comes after BOS: that pair is missing",
                Edit(
                    "[1, *ids[:-1]], ids, strict=True): → ids, ids[1:], strict=False):",
                    "[1, *ids[:-1]], ids, strict=True)] → ids, ids[1:], strict=False)]",
                ),
            ),
            (
                "pairs across two texts are counted: the last token of one is not before the first of the next",
                Edit("ids in texts → ids in [sum(texts, [])]"),
            ),
            (
                "nothing was added to the counts: an unseen pair costs an infinite loss",
                Edit("(counts + extra) / (counts + extra) → counts / counts"),
            ),
            (
                "the exam was counted, too: a model must be judged on what it has not seen",
                Edit("ids in texts → ids in [*texts, *exam]"),
            ),
            ("the loss is measured on the training texts", Edit("ids in exam → ids in texts")),
            ("the loss is in bits; nats have the natural logarithm", Edit("log() → log2()")),
            (
                "the loss is a sum; asked for is the mean over all tokens of the exam",
                Edit("(losses).mean() → (losses).sum()"),
            ),
            (
                "each text of the exam counts alike, however short; asked for is the mean over all tokens",
                Edit("[-table → [torch.stack([-table", "strict=True)] → strict=True)]).mean()]"),
            ),
            (
                "to each count, `extra` is added, not 1",
                Edit("(counts + extra) / (counts + extra) → (counts + 1) / (counts + 1)"),
            ),
        ],
    ),
    Exercise(
        id="10.5",
        title="The same cost",
        points=1,
        truth=budget,
        mistakes=[
            ("cost 40 buys 1 × 40, 2 × 20 or 4 × 10: the lowest loss of the three is 2.5", {"best at 40": 1}),
            ("cost 40 buys 1 × 40, 2 × 20 or 4 × 10: the largest model has seen too little there", {"best at 40": 4}),
            ("cost 160 is in one cell only", {"best at 160": 2}),
            ("parameters times tokens: 80 / 4", {"tokens for 80": 40}),
            ("parameters times tokens: 80 / 4", {"tokens for 80": 10}),
            ("four times the parameters on four times the tokens", {"ratio": 4}),
            ("four times the parameters on four times the tokens", {"ratio": 8}),
            (
                "twice the tokens brought it 0.3 first and then 0.1: it has little room left",
                {"small model is full": "no"},
            ),
        ],
    ),
]
