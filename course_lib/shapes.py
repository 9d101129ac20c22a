"""Tensor types that state their shapes in the letters of the course, and the function `check_shape`.

Each letter of a type's name is an axis: `BTD` is a float tensor with axes B, T, and D; `IdsBT` is an integer tensor and
`BoolsBT` a Boolean one. Within one function call, a letter always stands for the same size. The tests check this for
every call.
"""

from typing import TypeVar

from jaxtyping import Bool, Float, Int, Num, Shaped, UInt8
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
    "C": "channels of a picture: 1 if gray, 3 if colored",
    "Y": "rows of pixels, the height of a picture",
    "X": "columns of pixels, the width of a picture",
    "P": "image patches",
    "J": "the joint space of pictures and captions",
    "N": "real (not padding) tokens of a batch, or rows of a data set",
}

# Tensors of any shape, which must be the same for all arguments and results of a function, and related types.
Numbers = Float[Tensor, "*N"]
Vectors = Float[Tensor, "*N D"]
Logits = Float[Tensor, "*N V"]
Ids = Int[Tensor, "*N"]
Bools = Bool[Tensor, "*N"]
FD = Float[Tensor, "F D"]
BF = Float[Tensor, "B F"]

# Sequences.
PerRow = Float[Tensor, " B"]
PairsB = Float[Tensor, "B 2"]
BB = Float[Tensor, "B B"]
BD = Float[Tensor, "B D"]
BT = Float[Tensor, "B T"]
BTD = Float[Tensor, "B T D"]
BS = Float[Tensor, "B S"]
BSD = Float[Tensor, "B S D"]
BTV = Float[Tensor, "B T V"]
BV = Float[Tensor, "B V"]
TS = Float[Tensor, "T S"]
ND = Float[Tensor, "N D"]
NV = Float[Tensor, "N V"]
GuessesV = Float[Tensor, "guesses V"]
PositionsV = Float[Tensor, "positions V"]
Shares = Float[Tensor, "N experts"]
Visited = Float[Tensor, "N active"]
Visits = Int[Tensor, "N active"]
PerLabel = Float[Tensor, " N"]
Keep = Bool[Tensor, "B T"] | tuple | None  # the positions to compute logits for; None means all
Kept = BTV | NV
IdsN = Int[Tensor, " N"]
BoolsN = Bool[Tensor, " N"]
BoolsNN = Bool[Tensor, "N N"]
IdsBT = Int[Tensor, "B T"]
IdsBS = Int[Tensor, "B S"]
PositionsB = Int[Tensor, " B"]
PositionsB2 = Int[Tensor, "B 2"]
IdsB = Int[Tensor, " B"]
IdsB1 = Int[Tensor, "B 1"]
BoolsBB = Bool[Tensor, "B B"]
BoolsBT = Bool[Tensor, "B T"]
PositionsT = Int[Tensor, "*B T"]
PositionsS = Int[Tensor, "*B S"]
RealPositionsT = Num[Tensor, "*B T"]  # integers or fractions
Windows = Int[Tensor, "windows tokens"]
Sequences = Shaped[Tensor, "B T ..."]  # token ids, or vectors instead
Rows = Int[Tensor, " rows"]  # indices into B, in any order

# Heads. Keys and values can have different widths.
BHTE = Float[Tensor, "B H T E"]
BHSE = Float[Tensor, "B H S E"]
BKSE = Float[Tensor, "B K S E"]
BHT = Float[Tensor, "B H T"]
BHTS = Float[Tensor, "... #T #S"]
Values = Float[Tensor, "B K S value"]
Gathered = Float[Tensor, "B H T value"]
Matrices = Float[Tensor, "B H E value"]  # recurrent states
AnyBKSE = Shaped[Tensor, "B K S E"]  # any data type, because a cache can also store positions like keys
AnyValues = Shaped[Tensor, "B K S value"]
BoolMask = Bool[Tensor, "... #T #S"]
FloatMask = Float[Tensor, "... #T #S"]
Mask = Bool[Tensor, "..."] | Float[Tensor, "..."]  # broadcast to B H T S; a cache may contain more than S keys
LBHTS = Float[Tensor, "L B H T S"]
LBHTE = Float[Tensor, "L B H T E"]
LBHSE = Float[Tensor, "L B H S E"]
Pairs = Float[Tensor, " pairs"]  # one number per pair of a head's dimensions, E/2

# Pictures.
BCYX = Float[Tensor, "B C Y X"]
BytesBCYX = UInt8[Tensor, "B C Y X"]
BytesCYX = UInt8[Tensor, "C Y X"]
BytesMiddle = UInt8[Tensor, "C height width"]
BJ = Float[Tensor, "B J"]
Pixels = Float[Tensor, "pictures C Y X"]
Texts = Int[Tensor, "texts T"]
PicturesTexts = Float[Tensor, "pictures texts"]
BPD = Float[Tensor, "B P D"]
Patches = Float[Tensor, "B P pixels"]
Features = Float[Tensor, "pictures patches width"]
VisualTokens = Float[Tensor, "pictures tokens D"]
NJ = Float[Tensor, "N J"]
Classes = Float[Tensor, "classes J"]

# Words: the tokens of each word, and attention weights between words.
WordPieces = Bool[Tensor, "words tokens"]
WordWeights = Float[Tensor, "target_words source_words"]

Array = TypeVar("Array")  # any object with a shape


def check_shape(tensor: Array, letters: str, **sizes: int) -> Array:
    """Return `tensor` unchanged if its shape matches `letters`, and raise an error otherwise.

    For example, `check_shape(q, "B H T E", B=2, H=4)` accepts a tensor of shape (2, 4, 5, 8). If a letter occurs twice,
    both axes must have the same size.

    Args:
        tensor: a tensor or an array.
        letters: one letter or number per axis, separated by spaces. A number stands for an axis of this size.
        sizes: the required sizes of some letters.

    Raises:
        CourseError: the number of axes or the size of an axis differs.
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
