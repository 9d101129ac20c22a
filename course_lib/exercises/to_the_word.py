"""The way from the vectors of the source to the probabilities of the next word."""

from course_lib.exercises.cases import number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise


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


def probabilities(source, target, encoder_layers, decoder_layers, table, choose=None, axis=-1, normalize=True):
    """The truth; `choose` takes another memory for decoder layer i, out of what all encoder layers gave."""
    outputs = [source]
    for layer in encoder_layers:
        outputs.append(layer(outputs[-1]))
    for i, layer in enumerate(decoder_layers):
        target = layer(target, choose(outputs, i) if choose else outputs[-1])
    logits = target @ table.T
    return logits.softmax(dim=axis) if normalize else logits


def given(choose=None, **changes):
    return lambda *case: probabilities(*case, choose=choose, **changes)


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
            given(lambda outputs, i: outputs[min(i + 1, len(outputs) - 1)]),
        ),
        ("the memory is what the last encoder layer gave, not the first one", given(lambda outputs, i: outputs[1])),
        ("the memory is what the encoder makes of the source, not the source itself", given(lambda found, i: found[0])),
        ("the memory is what comes behind the last encoder layer, not before it", given(lambda found, i: found[-2])),
        (
            "the encoder layers stand on each other: each reads what the one below gave",
            lambda source, target, encoders, *rest: probabilities(source, target, encoders[-1:], *rest),
        ),
        (
            "the decoder layers stand on each other: each reads what the one below gave",
            lambda *case: probabilities(*case[:3], case[3][-1:], case[4]),
        ),
        ("these are logits; the softmax makes probabilities of them", given(normalize=False)),
        ("the softmax belongs over the vocabulary: the shares of all words sum to 1", given(axis=1)),
        ("asked for are the probabilities, not their logarithm", lambda *case: probabilities(*case).log()),
        ("one row for each token of the target; this is the last one only", lambda *case: probabilities(*case)[:, -1:]),
    ],
)
