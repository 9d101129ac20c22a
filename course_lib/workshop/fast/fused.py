"""Decoder-only models with fused layers for fast generation."""

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

REPLACED = ("forward", "hidden", "logits")  # the methods of a model that `step` replaces


class Fused(Model):
    """A model that computes the same as another model, but generates faster: each new token takes a few large steps.

    Several new tokens are processed by the original model or its compiled layers. Packed matrices and the matrices of a
    `CompiledLayer` are shared with the model. All other matrices are copies, which take additional memory and don't
    change if the model is trained further. A model that `is_small` generates fastest on a single core. Use `fuse` to
    make one.

    Args:
        model: an `Llm` or `Gpt` in eval mode.
        precision: how to store the matrices, see `fuse`.
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
        """Return an empty cache for `forward`."""
        return self.model.new_cache()

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Return the logits of the token after each position. The arguments are those of the model."""
        if cache is None or tokens.shape[1] > 1:
            return self.at_once(tokens, positions, cache, keep)
        view = View(tokens, positions, cache=cache, bias=getattr(self.model, "bias", None))
        logits = self.step(tokens, view).unsqueeze(1)
        return logits if keep is None else logits[keep]

    def at_once(self, tokens: IdsBT, positions: IdsBT | None, cache: DecoderCache | None, keep: Keep) -> Kept:
        """Compute `forward` for several new tokens, or without a cache."""
        return self.model(tokens, positions, cache=cache, keep=keep)


class FusedLlm(Fused):
    """A fused `Llm`. If its layers can be compiled, it also processes prompts faster."""

    def at_once(self, tokens: IdsBT, positions: IdsBT | None, cache: DecoderCache | None, keep: Keep) -> Kept:
        """Compute `forward` for several new tokens, or without a cache."""
        is_compiled = all(isinstance(layer, CompiledLayer) for layer in self.layers)
        if cache is None or not is_compiled or torch.is_grad_enabled():
            return super().at_once(tokens, positions, cache, keep)
        x, view = self.model.embedding(tokens), View(tokens, positions, cache=cache, bias=self.model.bias)
        kept = [None] * (len(self.layers) - 1) + [keep]
        for i, (layer, wanted) in enumerate(zip(self.layers, kept, strict=True)):
            x = layer.read(x, view, i, wanted)
        return self.model.logits(self.model.norm(x))

    def step(self, tokens: IdsB1, view: View) -> BV:
        """Return the logits after one new token per sequence."""
        x = self.model.embedding(tokens)[:, 0]
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return softcap(self.output(x), self.config.logit_cap)


class FusedGpt(Fused):
    """A fused `Gpt`."""

    def step(self, tokens: IdsB1, view: View) -> BV:
        """Return the logits after one new token per sequence."""
        x = self.model.embed(tokens, view)[:, 0]
        for i, layer in enumerate(self.layers):
            x = layer(x, view, i)
        return self.output(x)


def fuse(model: Model, precision: Callable = full_precision) -> Fused:
    """Fuse an `Llm` or a `Gpt` for fast generation.

    Args:
        model: the model, in eval mode.
        precision: how to store a matrix, such as `low_precision(torch.float16)`, which halves the memory that is read
            for each token. Default: no rounding, and layers are compiled if possible (see `CompiledLayer`), which takes
            numba 15 seconds the first time on a machine.

    Raises:
        CourseError: the model belongs to another class, or has `LoraLinear` layers.
    """
    for kind, fused in {Llm: FusedLlm, Gpt: FusedGpt}.items():
        if isinstance(model, kind):
            check_methods(model, kind)
            return warmed_up(fused(model, precision))
    raise CourseError(f"a model must be an Llm or a Gpt to be fused, got {type(model).__name__}")


@torch.inference_mode()
def warmed_up(model: Fused) -> Fused:
    """Generate one token with a model, so that all functions are compiled before the first real token."""
    tokens = torch.zeros(1, 1, dtype=torch.long, device=next(model.parameters()).device)
    model(tokens, cache=model.new_cache())
    return model


def check_methods(model: Model, kind: type[Model]) -> None:
    """Check that a model doesn't override the methods that `step` replaces.

    Raises:
        CourseError: the model's class overrides one of them.
    """
    own = [name for name in REPLACED if getattr(type(model), name, None) is not getattr(kind, name, None)]
    if own:
        raise CourseError(
            f"a model must use {kind.__name__}.{own[0]} to be fused, got {type(model).__name__}, which overrides it"
        )


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit PyTorch to a single core inside a with block, for steps that take less time than waking a second core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
