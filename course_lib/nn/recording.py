"""Record attention weights: queries, keys, and weights of every layer and head during a normal run of a model."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn.attention import MultiHeadAttention, attention_weights
from course_lib.nn.embedding import TokenEmbedding
from course_lib.nn.self_attention import CausalSelfAttention
from course_lib.shapes import BHSE, BHTE, BHTS, LBHSE, LBHTE, LBHTS, IdsBS, IdsBT

KINDS = ("encoder", "decoder", "cross")


class Call(NamedTuple):
    """One call of an attention layer: queries, keys (one per query head), and weights."""

    queries: BHTE
    keys: BHSE
    weights: BHTS


class AttentionMaps:
    """The attention recorded by `record_attention`, by kind: "encoder", "decoder" (both self-attention), and "cross".

    A sequence that was decoded step by step with a cache gives the same result as one that was computed in one pass.

    Raises:
        CourseError: this kind was not recorded, or the model ran more than once, on different sequences.

    (Slide "Attention in Blocks")
    """

    def __init__(self):
        self._calls = {kind: defaultdict(list) for kind in KINDS}
        self._ids = {"encoder": [], "decoder": []}

    def calls(self, kind: str, layer: Hashable) -> list[Call]:
        """Return the list that collects the calls of a layer. The layer can have any name."""
        return self._calls[kind][layer]

    def ids(self, side: str) -> list[torch.Tensor]:
        """Return the list that collects the token ids of a side, "encoder" or "decoder"."""
        return self._ids[side]

    @property
    def kinds(self) -> list[str]:
        """The kinds of attention that were recorded."""
        return [kind for kind in KINDS if any(self._calls[kind].values())]

    def weights(self, kind: str) -> LBHTS:
        """Return the weights of one kind of attention in all L layers. Keys that did not exist yet have weight 0."""
        return torch.stack([join_rows([call.weights for call in calls]) for calls in self._layers(kind)])

    def queries(self, kind: str) -> LBHTE:
        """Return the queries of all layers of a kind."""
        return torch.stack([torch.cat([call.queries for call in calls], dim=2) for calls in self._layers(kind)])

    def keys(self, kind: str) -> LBHSE:
        """Return the keys of all layers of a kind, repeated for the query heads that share them."""
        return torch.stack([calls[-1].keys for calls in self._layers(kind)])

    def rows(self, kind: str) -> IdsBT:
        """Return the token ids of the queries, one per row of the weights."""
        return self._tokens(kind, "encoder" if kind == "encoder" else "decoder")

    def columns(self, kind: str) -> IdsBS:
        """Return the token ids of the keys, one per column of the weights."""
        return self._tokens(kind, "decoder" if kind == "decoder" else "encoder")

    def _tokens(self, kind, side):
        self._layers(kind)  # raises an error if the kind was not recorded
        if not self._ids[side]:
            raise CourseError(f"token ids of the {side} must be recorded first; run the {side} inside record_attention")
        return torch.cat(self._ids[side], dim=1)

    def _layers(self, kind):
        """Return the calls of each layer of a kind that ran."""
        if kind not in self.kinds:
            raise CourseError(f'kind must be one that was recorded ({", ".join(self.kinds) or "none"}), got "{kind}"')
        for seen in self.kinds:
            for calls in filter(None, self._calls[seen].values()):
                check_one_sequence(seen, calls)
        return [calls for calls in self._calls[kind].values() if calls]


def check_one_sequence(kind: str, calls: list[Call]) -> None:
    """Check that the calls of a layer are parts of one sequence, so that later keys only extend earlier ones.

    Raises:
        CourseError: the calls belong to several sequences.
    """
    if len(calls) == 1:
        return
    rows = 0
    for call in calls:
        rows += call.queries.shape[2]
        length = call.keys.shape[2]
        whole = kind == "cross" or length == rows
        if not whole or not torch.equal(call.keys, calls[-1].keys[:, :, :length]):
            raise CourseError(
                "record_attention can't record several sequences together; use a new record_attention for each run"
            )


def join_rows(chunks: Sequence[torch.Tensor]) -> BHTS:
    """Concatenate the rows of consecutive chunks, B H T S' with growing S'."""
    keys = chunks[-1].shape[3]
    return torch.cat([torch.nn.functional.pad(chunk, (0, keys - chunk.shape[3])) for chunk in chunks], dim=2)


@contextlib.contextmanager
def record_attention(model: nn.Module) -> Iterator[AttentionMaps]:
    """Record the attention of a model inside a with block.

    Only the attention function of each layer is replaced, by an explicit computation that gives the same result and
    records its inputs and weights.

    Yields:
        `AttentionMaps`, which fill while the model runs.
    """
    maps, hooks, watched = AttentionMaps(), [], []
    try:
        for number, (module, kind) in enumerate(dict(parts_by_kind(model)).items()):
            if isinstance(module, MultiHeadAttention | CausalSelfAttention):
                watched.append((module, module.attend))
                module.attend = explicit_kernel(maps.calls(kind, number), getattr(module.attend, "cap", None))
            elif isinstance(module, TokenEmbedding):
                seen = maps.ids(kind)
                hooks.append(module.register_forward_pre_hook(lambda _, ids, seen=seen: seen.append(ids[0].detach())))
        yield maps
    finally:
        for module, attend in watched:
            module.attend = attend
        for hook in hooks:
            hook.remove()


def attention_layers(model: nn.Module) -> dict[str, MultiHeadAttention | CausalSelfAttention]:
    """Return the attention layers of a model by kind and number, such as "encoder 0" or "cross 1"."""
    layers = {kind: [] for kind in KINDS}
    for module, kind in dict(parts_by_kind(model)).items():
        if isinstance(module, MultiHeadAttention | CausalSelfAttention):
            layers[kind].append(module)
    return {f"{kind} {number}": layer for kind in KINDS for number, layer in enumerate(layers[kind])}


def explicit_kernel(calls: list[Call], cap: float | None = None) -> Callable:
    """Return an attention function that also appends a `Call` to `calls`.

    Args:
        calls: the list that the calls are appended to.
        cap: limit of the scores, as in `attention_weights`.
    """

    def attend(q, k, v, mask=None):
        weights = attention_weights(q, k, mask, cap)
        shared = q.shape[1] // k.shape[1]
        k, v = k.repeat_interleave(shared, dim=1), v.repeat_interleave(shared, dim=1)
        calls.append(Call(q.detach(), k.detach(), weights.detach()))
        return weights @ v

    return attend


def parts_by_kind(module: nn.Module, kind: str = "decoder") -> Iterator[tuple[nn.Module, str]]:
    """Yield a module and all its submodules, each with its kind of attention.

    A stack of layers has the kind of its self-attention as its attribute `self_attention_kind`. Modules named
    `cross_attention` have the kind "cross".
    """
    kind = getattr(module, "self_attention_kind", kind)
    yield module, kind
    for name, child in module.named_children():
        yield from parts_by_kind(child, "cross" if name == "cross_attention" else kind)
