"""A decoder-only model packed for writing."""

from contextlib import nullcontext

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.gpt import Gpt
from course_lib.models.llm import Llm
from course_lib.nn.packed import Matrix, PackedLayer, exact
from course_lib.runtime import one_thread

SMALL = 2**18  # weights: a matrix of fewer is read before a second core has woken up to help


class Packed(Model):
    """Computes what a model does, and writes faster: one new token of each text takes few and large steps.

    Several tokens at once, and rows with padding, go through the model itself. The packed matrices are copies: they
    take memory of their own, and don't follow if the model is trained on. A step of a small model is computed on one
    core, however many there are. See `pack`.
    """

    def __init__(self, model, store):
        super().__init__(model.config)
        self.model = model
        self.layers = [PackedLayer(layer, store) for layer in model.layers]
        self.output = Matrix(model.output, norm=model.norm, store=store)
        largest = max(weight.numel() for layer in model.layers for weight in layer.parameters())
        self.cores = one_thread if largest < SMALL else nullcontext

    def new_cache(self):
        """An empty cache for `forward`."""
        return self.model.new_cache()

    def forward(self, tokens, positions=None, cache=None, keep=None):
        """Logits of the token after each position. Arguments as those of the model."""
        if tokens.shape[1] > 1 or cache is None or not cache.is_plain(positions):
            return self.model(tokens, positions, cache=cache, keep=keep)
        positions = cache.following(tokens)
        cache.extend(positions)
        with self.cores():
            logits = self.step(tokens, positions, cache.layers).unsqueeze(1)
        return logits if keep is None else logits[keep]


class PackedLlm(Packed):
    """An `Llm` packed for writing."""

    def step(self, tokens, positions, caches):
        """Logits B V after one new token of each text, B 1."""
        x = self.model.embedding(tokens)[:, 0]
        rotations = self.model.rotations(positions, x.dtype)
        for layer, rotate, cache in zip(self.layers, rotations, caches, strict=True):
            x = layer(x, rotate, cache)
        return self.model.capped(self.output(x))


class PackedGpt(Packed):
    """A `Gpt` packed for writing."""

    def step(self, tokens, positions, caches):
        """Logits B V after one new token of each text, B 1."""
        x = (self.model.embedding(tokens) + self.model.positions(positions))[:, 0]
        for layer, cache in zip(self.layers, caches, strict=True):
            x = layer(x, None, cache)
        return self.output(x)


def pack(model, store=exact):
    """An `Llm` or a `Gpt` packed for writing.

    Args:
        model: in eval mode.
        store: how a matrix is kept, such as `rounded(torch.float16)`, which halves the memory that is read for each
            token; all else is computed as before. Default: nothing is rounded.

    Raises:
        CourseError: a model of another kind, or one with `LoraLinear` layers.
    """
    kinds = {Llm: PackedLlm, Gpt: PackedGpt}
    if type(model) not in kinds:
        raise CourseError(f"only an Llm or a Gpt can be packed, got a {type(model).__name__}")
    return kinds[type(model)](model, store)
