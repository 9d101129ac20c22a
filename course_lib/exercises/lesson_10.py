"""Exercises of lesson 10: pre-training."""

import math

import torch

from course_lib.exercises.cases import dice, number
from course_lib.exercises.exercise import Exercise

BOS = 1

# 10.1 On paper: five probabilities, and the fourteen tokens of a chat with two turns
P = (1 / 2, 1 / 4, 1 / 2, 1 / 8, 1 / 2)
FIRST, SECOND = (4, 5, 6), (11, 12, 13)  # the places of the two answers, with their end tokens


def on_paper(counted=FIRST + SECOND):
    loss = -sum(map(math.log, P)) / len(P)
    return {"loss": loss, "perplexity": math.exp(loss), "mask": [int(place in counted) for place in range(14)]}


def masked(*counted):
    return {"mask": on_paper(counted=counted)["mask"]}


# 10.2 In colours
COLOURS = {"A": "learnt by heart", "B": "the same world", "C": "another language", "never free": "names"}


# 10.3 The bill
def bill_cases(seed):
    source, words = dice(seed), ["um", "livro", "vermelho", "the", "book", "extraordinary"]

    def sentence(length):
        return " ".join(words[i] for i in torch.randint(len(words), (length,), generator=source))

    sentences = [sentence(number(seed + i, 2, 7)) for i in range(3)] + ["a", "São  três maçãs"]
    losses = [torch.rand(2 * len(text.split()) + i, generator=source).tolist() for i, text in enumerate(sentences)]
    return [(losses, sentences), (losses[:1], sentences[:1])]


def bill(losses, sentences, base=2.0, letters=len):
    tokens, nats = sum(map(len, losses)), sum(map(sum, losses))
    words = sum(len(text.split()) for text in sentences)
    return {
        "tokens per word": tokens / words,
        "bits per character": nats / math.log(base) / sum(map(letters, sentences)),
    }


def mean_of_means(losses, sentences):
    each = [bill([row], [text]) for row, text in zip(losses, sentences, strict=True)]
    return {name: sum(one[name] for one in each) / len(each) for name in each[0]}


# 10.4 Against counting
def counting_cases(seed):
    size, source = number(seed, 6, 9), dice(seed)

    def texts(count):
        return [torch.randint(2, size, (int(n),), generator=source).tolist() for n in range(3, 3 + count)]

    return [(texts(5), texts(2), size, 0.5), (texts(2), texts(3), size, 0.01)]


def pairs(texts, first=(BOS,)):
    chains = [[*first, *text] for text in texts]
    return [pair for chain in chains for pair in zip(chain, chain[1:], strict=False)]


def bigram(texts, exam, size, extra, first=(BOS,), axis=1, smooth_sum=True, log=torch.log):
    counts = torch.zeros(size, size)
    for before, after in pairs(texts, first):
        counts[before, after] += 1
    total = (counts + extra * smooth_sum).sum(dim=axis, keepdim=True)
    table = (counts + extra) / total
    x, y = torch.tensor(pairs(exam, first)).T
    return {"table": table, "loss": -log(table[x, y]).mean()}


def per_text(texts, exam, size, extra):
    """The loss as a mean of the means of the texts."""
    losses = [bigram(texts, [ids], size, extra)["loss"] for ids in exam]
    return bigram(texts, exam, size, extra) | {"loss": sum(losses) / len(losses)}


def in_sum(texts, exam, size, extra):
    found = bigram(texts, exam, size, extra)
    return found | {"loss": found["loss"] * sum(map(len, exam))}


def counted_with(**changes):
    return lambda *case: bigram(*case, **changes)


# 10.5 The same cost
SAME_COST = {"best at 40": 2, "best at 160": 4, "tokens for 80": 20, "ratio": 16, "small model is full": "yes"}


EXERCISES = [
    Exercise(
        id="10.1",
        title="On paper",
        points=2,
        truth=on_paper,
        tolerance=3e-3,
        mistakes=[
            ("the sum of the losses is not divided by the five tokens", {"loss": 5 * on_paper()["loss"]}),
            ("this is in bits; nats have the natural logarithm", {"loss": 1.6}),
            ("this is −log of the mean; the loss is the mean of −log", {"loss": -math.log(sum(P) / 5)}),
            ("perplexity is e to the loss, not 2 to the loss", {"perplexity": 2 ** on_paper()["loss"]}),
            (
                "this is the mean of 1 / p; perplexity is their geometric mean",
                {"perplexity": sum(1 / p for p in P) / 5},
            ),
            ("the end token of an answer counts: the model must learn to stop", masked(4, 5, 11, 12)),
            ("<assistant> is the program's to say, not the model's", masked(3, 4, 5, 6, 10, 11, 12, 13)),
            ("each answer counts, not the last one only", masked(*SECOND)),
            ("the questions are context: nobody wants the model to learn to ask them", masked(*range(1, 14))),
            ("these are the user's tokens; the assistant's count", masked(1, 2, 8, 9)),
        ],
    ),
    Exercise(
        id="10.2",
        title="In colours",
        points=1,
        truth=lambda: COLOURS,
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
            ("these are nats; divided by ln 2 they are bits", lambda *case: bill(*case, base=math.e)),
            ("spaces are characters, too", lambda *case: bill(*case, letters=lambda text: len(text.replace(" ", "")))),
            (
                "this is a loss per word; asked for is the loss per character",
                lambda *case: bill(*case, letters=lambda text: len(text.split())),
            ),
            (
                "this is a loss per token: it cannot be compared between tokenizers",
                lambda losses, sentences: (
                    bill(losses, sentences)
                    | {"bits per character": sum(map(sum, losses)) / sum(map(len, losses)) / math.log(2)}
                ),
            ),
            (
                "this is words per token: the fraction is upside down",
                lambda *case: (found := bill(*case)) | {"tokens per word": 1 / found["tokens per word"]},
            ),
            (
                "these are characters per token, not tokens per word",
                lambda losses, sentences: (
                    bill(losses, sentences) | {"tokens per word": sum(map(len, sentences)) / sum(map(len, losses))}
                ),
            ),
        ],
    ),
    Exercise(
        id="10.4",
        title="Against counting",
        points=3,
        truth=bigram,
        cases=counting_cases,
        mistakes=[
            ("the columns sum to 1; each row is the distribution of what comes after a token", counted_with(axis=0)),
            (
                "what was added to the counts is missing in the sum: a row sums to more than 1",
                counted_with(smooth_sum=False),
            ),
            (
                "the table is transposed: rows are the token before, columns the one after",
                lambda *case: (found := bigram(*case)) | {"table": found["table"].T},
            ),
            ("the first token of a text comes after BOS: that pair is missing", counted_with(first=())),
            (
                "pairs across two texts are counted: the last token of one is not before the first of the next",
                lambda texts, *rest: bigram([sum(texts, [])], *rest),
            ),
            (
                "nothing was added to the counts: an unseen pair costs an infinite loss",
                lambda texts, exam, size, extra: bigram(texts, exam, size, 0),
            ),
            (
                "the exam was counted, too: a model must be judged on what it has not seen",
                lambda texts, exam, *rest: bigram([*texts, *exam], exam, *rest),
            ),
            ("the loss is measured on the training texts", lambda texts, exam, *rest: bigram(texts, texts, *rest)),
            ("the loss is in bits; nats have the natural logarithm", counted_with(log=torch.log2)),
            ("the loss is a sum; asked for is the mean over all tokens of the exam", in_sum),
            ("each text of the exam counts alike, however short; asked for is the mean over all tokens", per_text),
            ("to each count, `extra` is added, not 1", lambda texts, exam, size, extra: bigram(texts, exam, size, 1)),
        ],
    ),
    Exercise(
        id="10.5",
        title="The same cost",
        points=1,
        truth=lambda: SAME_COST,
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
