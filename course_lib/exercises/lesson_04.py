"""Exercises of lesson 04: encoder and decoder."""

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.small_training import TRAINING
from course_lib.exercises.solutions import Edit
from course_lib.exercises.to_the_word import TO_THE_WORD
from course_lib.exercises.values import ANY_OTHER, members

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
    ids = torch.randint(11, (2, length), generator=dice(seed))
    return [(ids, table, positions, 0), (ids[:, :1], table, positions[:10], 9), (ids, table.double(), positions, 4)]


def enter(ids, table, positions, start):
    """B T -> B T D."""
    words = table[ids] * table.shape[1] ** 0.5
    places = positions[start : start + ids.shape[1]]
    return words + places


# 04.6 How does it do it, and where does it stop?


def reading():
    return {"A": "reverse", "B": "copy", "C": "sort", "unreliable": {2, 7, 10}}


EXERCISES = [
    Exercise(
        id="04.1",
        title="The clock",
        points=2,
        truth=answer,
        tolerance=5e-3,
        mistakes=[
            ("the angles are in radians, not in degrees", Edit("angles = 2 / → angles = torch.pi / 180 * 2 /")),
            (
                "each hand gives its sine first, then its cosine",
                Edit("angles.sin(), angles.cos() → angles.cos(), angles.sin()"),
            ),
            (
                "all sines stand before all cosines; here each hand's two numbers are neighbours",
                Edit("dim=1).flatten() → dim=0).flatten()"),
            ),
            (
                "the exponent of hand i is 2 i / D, not i / D",
                Edit("torch.arange(0, 6, 2) → torch.arange(3)"),
            ),
            ("places are counted from 0: this is another place", Edit("angles = 2 → angles = 1")),
            ("places are counted from 0: this is another place", Edit("angles = 2 → angles = 3")),
            (
                "this is the angle in radians; asked for are degrees",
                Edit(" * 180 / torch.pi → "),
            ),
            (
                "this is the turn of the second hand; the slowest is the last one, 2 i / D = 2/3",
                Edit("(4 / 6) → (2 / 6)"),
            ),
            (
                "without positions, no layer can tell one order of the words from another",
                {"without positions": "sequence"},
            ),
            ("the angle is in radians: a whole turn is 2 π, not 1", Edit("* 180 / torch.pi → * 360")),
            ("a radian is 180 / π degrees, not π / 180", Edit("* 180 / torch.pi → * torch.pi / 180")),
        ],
    ),
    Exercise(
        id="04.2",
        title="Shapes at every station",
        points=2,
        truth=shapes,
        mistakes=[
            ("the memory has a vector per source token: S, not T", {"memory": (B, T, D)}),
            ("the memory is a sequence, not one vector per sentence", {"memory": (B, D)}),
            ("a mask for B H T S has axes of size 1 for heads and queries", {"memory mask": ANY_OTHER}),
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
        truth=count_parameters,
        cases=sizes,
        mistakes=[
            ("the table is counted three times; tied, the three are one", Edit("vocab_size * → 3 * vocab_size *")),
            ("the table of words is missing", Edit("vocab_size * d_model + → ")),
            (
                "the output layer has no bias of its own: it is the table",
                Edit("vocab_size * d_model → vocab_size * d_model + vocab_size"),
            ),
            ("a decoder layer has two attentions", Edit("2 * attention → attention")),
            (
                "a decoder layer has cross-attention and its norm, too",
                Edit("2 * attention → attention", "3 * norm → 2 * norm"),
            ),
            ("a decoder layer has three norms", Edit("3 * norm → 2 * norm")),
            (
                "the numbers of encoder and decoder layers are exchanged",
                Edit(
                    "num_encoder_layers * encoder_layer + num_decoder_layers * → "
                    "num_decoder_layers * encoder_layer + num_encoder_layers *"
                ),
            ),
            ("the biases are missing", Edit(" + d_model) → )", " + d_ff + d_model → ")),
            ("post-norm stacks have no last norm", Edit("vocab_size * d_model → vocab_size * d_model + 4 * d_model")),
        ],
    ),
    Exercise(
        id="04.4",
        title="Build the entrance",
        points=2,
        truth=enter,
        cases=embedding_cases,
        axes="sentence token number",
        mistakes=[
            (
                "the factor √D is missing: the words are drowned by their places",
                Edit(" * table.shape[1] ** 0.5 → "),
            ),
            (
                "the words are multiplied by D, not by its root",
                Edit(" ** 0.5 → "),
            ),
            (
                "the words are divided by √D; they are to become longer, not shorter",
                Edit("* table.shape[1] → / table.shape[1]"),
            ),
            (
                "the places are multiplied by √D, too: only the words are",
                Edit("words + places → words + places * table.shape[1] ** 0.5"),
            ),
            (
                "start is ignored: after nine tokens the next one stands at place 9, not at place 0",
                Edit("positions[start : start + ids.shape[1]] → positions[: ids.shape[1]]"),
            ),
            ("the positions are missing", Edit(" + places → ")),
            (
                "the position is looked up by the token's id, not by its place",
                Edit("positions[start : start + ids.shape[1]] → positions[ids]"),
            ),
            (
                "places are counted from 0: all positions are shifted by one",
                Edit("[start : start → [start + 1 : start + 1"),
            ),
        ],
    ),
    TRAINING,
    Exercise(
        id="04.6",
        title="How does it do it, and where does it stop?",
        points=2,
        truth=reading,
        mistakes=[
            ("in A, the first word is fetched from the last place", {"A": "copy"}),
            ("in B, the first word is fetched from the first place", {"B": "reverse"}),
            ("A falls from right to left: it fetches the last animal first", {"A": "sort"}),
            ("B falls from left to right: it fetches the animals as they come", {"B": "sort"}),
            ("C fetches cat, dog, frog, horse: neither the order of the line nor the opposite one", {"C": "reverse"}),
            ("C fetches cat, dog, frog, horse: neither the order of the line nor the opposite one", {"C": "copy"}),
            ("these are the lengths that were there in training: the reliable ones", {"unreliable": {3, 6}}),
            *members(
                reading()["unreliable"],
                {
                    2: "shorter lines than in training fail as well as longer ones",
                    7: "7 is one more than in training: that is outside already",
                    10: "10 is longer than any line in training",
                    3: "3 and 6 were there in training",
                    6: "3 and 6 were there in training",
                },
                "unreliable",
            ),
        ],
    ),
    TO_THE_WORD,
]
