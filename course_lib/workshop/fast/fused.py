"""A decoder-only model fused for writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import torch

from course_lib.errors import CourseError
from course_lib.models.base import Model
from course_lib.models.gpt import Gpt
from course_lib.models.llm import Llm
from course_lib.nn import DecoderCache, View, softcap
from course_lib.shapes import BV, IdsB1, IdsBT, Keep, Kept
from course_lib.workshop.fast.compiled_layer import SMALL, CompiledLayer
from course_lib.workshop.fast.fused_layer import full_precision, fused_layer, matrix

REPLACED = ("forward", "hidden", "logits")  # the methods of a model that a step stands in for


class Fused(Model):
    """Computes what a model does, and writes faster: one new token of each text takes few and large steps.

    Several tokens at once go through the model itself, or what is compiled of it. Matrices that are packed, or of a
    `CompiledLayer`, are the model's; the others are copies, which take memory of their own and don't follow if the
    model is trained on. A model that `is_small` writes fastest on a single core. See `fuse`.
    """

    def __init__(self, model: Model, precision: Callable):
        super().__init__(model.config)
        self.model, self.suppressed = model, model.suppressed
        self.layers = [fused_layer(layer, precision) for layer in model.layers]
        self.output = matrix(model.output, norm=model.norm, precision=precision)
        weights = (weight for layer in model.layers for weight in (*layer.parameters(), *layer.buffers()))
        self.is_small = max(weight.numel() for weight in weights) < SMALL
        self.threads = one_thread if self.is_small else nullcontext

    def new_cache(self) -> DecoderCache:
        """An empty cache for `forward`."""
        return self.model.new_cache()

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits of the token after each position. Arguments as those of the model."""
        if cache is None or tokens.shape[1] > 1:
            return self.at_once(tokens, positions, cache, keep)
        view = View(tokens, positions, cache=cache, bias=getattr(self.model, "bias", None))
        logits = self.step(tokens, view).unsqueeze(1)
        return logits if keep is None else logits[keep]

    def at_once(self, tokens: IdsBT, positions: IdsBT | None, cache: DecoderCache | None, keep: Keep) -> Kept:
        """What `forward` makes of several tokens at once."""
        return self.model(tokens, positions, cache=cache, keep=keep)


class FusedLlm(Fused):
    """An `Llm` fused for writing, and for reading if its layers can be compiled."""

    def at_once(self, tokens: IdsBT, positions: IdsBT | None, cache: DecoderCache | None, keep: Keep) -> Kept:
        """What `forward` makes of several tokens at once."""
        is_compiled = all(isinstance(layer, CompiledLayer) for layer in self.layers)
        if cache is None or not is_compiled or torch.is_grad_enabled():
            return super().at_once(tokens, positions, cache, keep)
        x, view = self.model.embedding(tokens), View(tokens, positions, cache=cache, bias=self.model.bias)
        kept = [None] * (len(self.layers) - 1) + [keep]
        for i, (layer, wanted) in enumerate(zip(self.layers, kept, strict=True)):
            x = layer.read(x, view, i, wanted)
        return self.model.logits(self.model.norm(x))

    def step(self, tokens: IdsB1, view: View) -> BV:
        """Logits after one new token of each text."""
        x = self.model.embedding(tokens)[:, 0]
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return softcap(self.output(x), self.config.logit_cap)


class FusedGpt(Fused):
    """A `Gpt` fused for writing."""

    def step(self, tokens: IdsB1, view: View) -> BV:
        """Logits after one new token of each text."""
        x = self.model.embed(tokens, view)[:, 0]
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return self.output(x)


def fuse(model: Model, precision: Callable = full_precision) -> Fused:
    """An `Llm` or a `Gpt` fused for writing.

    Args:
        model: in eval mode.
        precision: how a matrix is kept, such as `low_precision(torch.float16)`, which halves the memory that is read
            for each token; all else is computed as before. Default: nothing is rounded, and layers are compiled if they
            can be (a `CompiledLayer`), which takes numba a quarter of a minute for the first time on a machine.

    Raises:
        CourseError: a model of another kind, or one with `LoraLinear` layers.
    """
    for kind, fused in {Llm: FusedLlm, Gpt: FusedGpt}.items():
        if isinstance(model, kind):
            check_methods(model, kind)
            return warmed_up(fused(model, precision))
    raise CourseError(f"only an Llm or a Gpt can be fused, got a {type(model).__name__}")


@torch.inference_mode()
def warmed_up(model: Fused) -> Fused:
    """The same, after a token that nobody reads: what is compiled for the first time is there for the next ones."""
    tokens = torch.zeros(1, 1, dtype=torch.long, device=next(model.parameters()).device)
    model(tokens, cache=model.new_cache())
    return model


def check_methods(model: Model, kind: type[Model]) -> None:
    """Raise a CourseError where a subclass of `kind` has methods of its own for what a step computes."""
    own = [name for name in REPLACED if getattr(type(model), name, None) is not getattr(kind, name, None)]
    if own:
        raise CourseError(f"a {type(model).__name__} can't be fused: its {own[0]} is not that of a {kind.__name__}")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use a single core within it: for steps that take less time than waking a second one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
