"""The modern decoder: RoPE, GQA, SWA, RMSNorm and gated feed-forward networks (slide "Beyond Plain Transformers")."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from course_lib.models.base import Model
from course_lib.models.llm_config import LlmConfig
from course_lib.models.mixers import Mixer
from course_lib.nn import (
    ACTIVATIONS,
    DecoderCache,
    DynamicNtkScaling,
    GatedFeedForward,
    Lender,
    LlmLayer,
    MixtureOfExperts,
    RMSNorm,
    Rotary,
    TokenEmbedding,
    View,
    softcap,
)
from course_lib.shapes import BTD, IdsBT, Keep, Kept, Logits, PositionsT, Sequences, Vectors, check_shape


class LlmBody(Model):
    """Tokens to hidden states: everything of an `Llm` but its last linear layer.

    `bias` is a method in models that add something to the scores, by the positions of queries and keys; see `View`.
    """

    self_attention_kind = "decoder"
    bias = None

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model, config.embedding_scale)
        d_head = config.d_head or config.d_model // config.num_heads
        self.rotary = self.window_rotary = Rotary(d_head, config.rope_base, config.rope_scaling)
        if config.window_rope_base is not None:
            self.window_rotary = Rotary(d_head, config.window_rope_base)
        self.layers = nn.ModuleList(make_layer(config, mixer) for mixer in config.layer_mixers)
        self.norm = RMSNorm(config.d_model, config.eps)

    def hidden(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> BTD:
        """What the last layer makes of each token.

        Args:
            tokens: token ids.
            positions: absolute ones, -1 for padding; default: those after the cache, or 0 to T - 1.
            segments: where several texts share a row: attention stays among equal numbers. Not with a cache.
            cache: a `DecoderCache` (see `new_cache`) that holds the tokens before these, and takes these in.
        """
        check_shape(tokens, "B T")
        return self.read(self.embedding(tokens), positions, segments, cache)

    def read(
        self,
        x: BTD,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> BTD:
        """The same for vectors in the place of embeddings, wherever they come from."""
        view = self.view(x, positions, segments, cache)
        for layer, given in zip(self.layers, self.given(view, x.dtype), strict=True):
            x = layer(x, *given)
        return self.norm(x)

    def view(
        self,
        tokens: Sequences,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
    ) -> View:
        """The `View` of new tokens (or of vectors in their place); arguments as in `hidden`."""
        return View(tokens, positions, segments, cache, self.bias)

    def given(self, view: View, dtype: torch.dtype) -> list[tuple]:
        """For each layer what it gets beside the vectors: its rotation, its mask and its cache.

        Raises:
            CourseError: a text with a cache is longer than its `DynamicNtkScaling` allows.
        """
        scaling = self.config.rope_scaling
        if view.cache is not None and isinstance(scaling, DynamicNtkScaling):
            scaling.check_cached(view.positions)
        mixers = self.config.layer_mixers
        keepers = [mixer.keeper(i) for i, mixer in enumerate(mixers)]
        caches = {i: view.layer_cache(i) for i in keepers}
        caches |= {i: Lender(caches[i]) for i in keepers if keepers.count(i) > 1}
        masks = [mixer.sees(view, window) for mixer, window in zip(mixers, self.config.window_sizes, strict=True)]
        rotations = self.rotations(view.positions, dtype)
        return list(zip(rotations, masks, [caches[i] for i in keepers], strict=True))

    def rotations(self, positions: PositionsT, dtype: torch.dtype) -> list[Callable]:
        """For each layer the `Rotation` at these positions."""
        at = {rotary: rotary.at(positions, dtype) for rotary in {self.rotary, self.window_rotary}}
        rotations = (at[self.rotary if window is None else self.window_rotary] for window in self.config.window_sizes)
        return [mixer.turns(rotate) for mixer, rotate in zip(self.config.layer_mixers, rotations, strict=True)]

    def new_cache(self) -> DecoderCache:
        """An empty cache for `forward`."""
        states = {i: mixer.new_state() for i, mixer in enumerate(self.config.layer_mixers) if mixer.is_recurrent}
        return DecoderCache(self.config.window_sizes, states=states)


def make_layer(config: LlmConfig, mixer: Mixer) -> LlmLayer:
    """One layer, with all that the config chose for it."""
    norm = partial(RMSNorm, eps=config.eps)
    post_norm = norm if config.post_norms else nn.Identity
    return LlmLayer(config.d_model, mixer.make(config), make_feed_forward(config), norm, post_norm, config.dropout)


def make_feed_forward(config: LlmConfig) -> nn.Module:
    """One feed-forward network, or a mixture of them."""
    sizes, activation = (config.d_model, config.d_ff), ACTIVATIONS[config.activation]
    if config.experts is None:
        return GatedFeedForward(*sizes, activation)
    return MixtureOfExperts(*sizes, config.experts.num_experts, config.experts.num_active, activation)


class Llm(LlmBody):
    """A decoder-only language model; one table serves the first and the last layer, where they are `tied`."""

    def __init__(self, config: LlmConfig):
        super().__init__(config)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.embedding.table.weight

    def forward(
        self,
        tokens: IdsBT,
        positions: IdsBT | None = None,
        segments: IdsBT | None = None,
        cache: DecoderCache | None = None,
        keep: Keep = None,
    ) -> Kept:
        """Logits of the token after each position, or only where `keep` is True.

        The other arguments as in `hidden`. Padding belongs at the end, where no real token sees it, or has position -1.
        """
        x = self.hidden(tokens, positions, segments, cache)
        return self.logits(x if keep is None else x[keep])

    def logits(self, x: Vectors) -> Logits:
        """What the output layer makes of hidden states: ... D -> ... V."""
        return self.capped(self.output(x))

    def capped(self, logits: Logits) -> Logits:
        """The logits within the config's `logit_cap`, if it has one."""
        return logits if self.config.logit_cap is None else softcap(logits, self.config.logit_cap)
