"""One legend of shape letters for the whole course: types that state shapes, and `check_shape`, which says one aloud.

A type reads letter by letter: `BTD` are numbers with the axes B, T and D, `IdsBT` are whole numbers, `BoolsBT` True or
False. Within one call of a function a letter has one size; the tests check it at every call.
"""

from typing import TypeVar

from jaxtyping import Bool, Float, Int
from torch import Tensor

from course_lib.errors import CourseError

LEGEND = {
    "B": "batch",
    "T": "query length (target tokens)",
    "S": "key length (source tokens)",
    "D": "d_model, the width of the model",
    "F": "d_ff, the hidden width of the feed-forward network",
    "H": "query heads",
    "K": "key-value heads",
    "E": "d_head, the width of one head",
    "V": "vocabulary",
    "C": "channels of a picture: 1 if grey, 3 if coloured",
    "Y": "rows of pixels, the height of a picture",
    "X": "columns of pixels, the width of a picture",
    "P": "image patches",
    "J": "the joint space of pictures and captions",
    "N": "real (not padding) tokens of a batch, or rows of a data set",
}

# numbers of any one shape, the same for all arguments of a function, and what belongs to them
Numbers = Float[Tensor, "*N"]
Vectors = Float[Tensor, "*N D"]
Logits = Float[Tensor, "*N V"]
Ids = Int[Tensor, "*N"]
Bools = Bool[Tensor, "*N"]

Features = Float[Tensor, "pictures patches width"]
VisualTokens = Float[Tensor, "pictures tokens D"]
PerRow = Float[Tensor, " B"]
BT = Float[Tensor, "B T"]
BTD = Float[Tensor, "B T D"]
TS = Float[Tensor, "T S"]
BSD = Float[Tensor, "B S D"]
BPD = Float[Tensor, "B P D"]
Patches = Float[Tensor, "B P pixels"]
BD = Float[Tensor, "B D"]
ND = Float[Tensor, "N D"]
NJ = Float[Tensor, "N J"]
Classes = Float[Tensor, "classes J"]
WordWeights = Float[Tensor, "target_words source_words"]
WordPieces = Bool[Tensor, "words tokens"]
BCYX = Float[Tensor, "B C Y X"]
BB = Float[Tensor, "B B"]
PairsB = Float[Tensor, "B 2"]
BoolsBB = Bool[Tensor, "B B"]
BoolsBT = Bool[Tensor, "B T"]
IdsBT = Int[Tensor, "B T"]
IdsN = Int[Tensor, " N"]
BoolsN = Bool[Tensor, " N"]

Array = TypeVar("Array")  # whatever has a shape


def check_shape(tensor: Array, letters: str, **sizes: int) -> Array:
    """Return `tensor` unchanged if its shape reads as `letters`, for example `check_shape(q, "B H T E", B=2, H=4)`.

    A letter given in `sizes` must have that size, a letter used twice must have one size, a digit stands for itself.

    Raises:
        CourseError: the number of axes or the size of an axis is another one; the message names both.
    """
    names, shape = letters.split(), tuple(tensor.shape)
    if len(names) != len(shape):
        raise CourseError(f"expected {len(names)} axes ({letters}), got shape {shape}")
    known = dict(sizes)
    for name, size in zip(names, shape, strict=True):
        expected = int(name) if name.isdigit() else known.setdefault(name, size)
        if size != expected:
            meaning = f" ({LEGEND[name]})" if name in LEGEND else ""
            raise CourseError(f"axis {name}{meaning} of {letters} should be {expected}, got {size} in shape {shape}")
    return tensor
