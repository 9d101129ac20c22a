"""The way from the vectors of the source to the probabilities of the next word."""

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


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


TO_THE_WORD = Exercise(
    id="04.7",
    title="From the source to the word",
    points=3,
    truth=probabilities,
    cases=word_cases,
    axes="sentence token word",
    mistakes=[
        (
            "each decoder layer gets what the last encoder layer gave, not what the one beside it gave",
            Edit(
                "for layer in encoder_layers → found = []\n    for layer in encoder_layers",
                "source = layer(source) → found.append(source := layer(source))",
                "for layer in decoder_layers → for i, layer in enumerate(decoder_layers)",
                "(target, source) → (target, found[min(i, len(found) - 1)])",
            ),
        ),
        (
            "the memory is what the last encoder layer gave, not the first one",
            Edit("in encoder_layers → in encoder_layers[:1]"),
        ),
        (
            "the memory is what the encoder makes of the source, not the source itself",
            Edit("source = layer(source) → pass"),
        ),
        (
            "the memory is what comes behind the last encoder layer, not before it",
            Edit("in encoder_layers → in encoder_layers[:-1]"),
        ),
        (
            "the encoder layers stand on each other: each reads what the one below gave",
            Edit("in encoder_layers → in encoder_layers[-1:]"),
        ),
        (
            "the decoder layers stand on each other: each reads what the one below gave",
            Edit("in decoder_layers → in decoder_layers[-1:]"),
        ),
        ("these are logits; the softmax makes probabilities of them", Edit(".softmax(dim=-1) → ")),
        (
            "the softmax belongs over the vocabulary: the shares of all words sum to 1",
            Edit("softmax(dim=-1) → softmax(dim=1)"),
        ),
        ("asked for are the probabilities, not their logarithm", Edit(".softmax → .log_softmax")),
        (
            "one row for each token of the target; this is the last one only",
            Edit("softmax(dim=-1) → softmax(dim=-1)[:, -1:]"),
        ),
        (
            "each layer reads what the one before it gave; here each reads the input again",
            Edit("in encoder_layers → in encoder_layers[-1:]", "in decoder_layers → in decoder_layers[-1:]"),
        ),
    ],
)
