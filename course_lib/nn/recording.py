"""Record the queries, keys, and attention weights of every layer and head while a model runs."""

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
    """The record of one call of an attention layer: its queries, its keys (one per query head), and its weights."""

    queries: BHTE
    keys: BHSE
    weights: BHTS


class AttentionMaps:
    """The queries, keys, and attention weights recorded by `record_attention`.

    There are three kinds of attention: "encoder" and "decoder" are self-attention, and "cross" is cross-attention. If a
    sequence is decoded step by step with a cache, the result is the same as for one pass over the whole sequence.

    Raises:
        CourseError: the requested kind was not recorded, or the model ran more than once, on different sequences.

    (Slide "Attention in Blocks")
    """

    def __init__(self):
        self._calls = {kind: defaultdict(list) for kind in KINDS}
        self._ids = {"encoder": [], "decoder": []}

    def calls(self, kind: str, layer: Hashable) -> list[Call]:
        """Return the list that collects the calls of a layer. The layer can have any name."""
        return self._calls[kind][layer]

    def ids(self, side: str) -> list[torch.Tensor]:
        """Return the list that collects the token ids of one `side`, which is "encoder" or "decoder"."""
        return self._ids[side]

    @property
    def kinds(self) -> list[str]:
        """The kinds of attention that were recorded."""
        return [kind for kind in KINDS if any(self._calls[kind].values())]

    def weights(self, kind: str) -> LBHTS:
        """Return the attention weights of one kind, stacked over all L layers that ran.

        In step-by-step decoding, the weight of a key that did not exist yet is 0.
        """
        return torch.stack([join_rows([call.weights for call in calls]) for calls in self._layers(kind)])

    def queries(self, kind: str) -> LBHTE:
        """Return the queries of one kind of attention, stacked over all L layers that ran."""
        return torch.stack([torch.cat([call.queries for call in calls], dim=2) for calls in self._layers(kind)])

    def keys(self, kind: str) -> LBHSE:
        """Return the keys of one kind of attention, stacked over all L layers that ran.

        If several query heads share a key head, its keys are repeated.
        """
        return torch.stack([calls[-1].keys for calls in self._layers(kind)])

    def rows(self, kind: str) -> IdsBT:
        """Return the token ids of the queries, which correspond to the rows of the weights."""
        return self._tokens(kind, "encoder" if kind == "encoder" else "decoder")

    def columns(self, kind: str) -> IdsBS:
        """Return the token ids of the keys, which correspond to the columns of the weights."""
        return self._tokens(kind, "decoder" if kind == "decoder" else "encoder")

    def _tokens(self, kind, side):
        self._layers(kind)  # raises an error if this kind was not recorded
        if not self._ids[side]:
            raise CourseError(f"token ids of the {side} must be recorded first; run the {side} inside record_attention")
        return torch.cat(self._ids[side], dim=1)

    def _layers(self, kind):
        """Return the calls of each layer of one kind, without layers that did not run."""
        if kind not in self.kinds:
            raise CourseError(f'kind must be one that was recorded ({", ".join(self.kinds) or "none"}), got "{kind}"')
        for seen in self.kinds:
            for calls in filter(None, self._calls[seen].values()):
                check_one_sequence(seen, calls)
        return [calls for calls in self._calls[kind].values() if calls]


def check_one_sequence(kind: str, calls: list[Call]) -> None:
    """Check that all calls of a layer belong to one sequence, so that later keys only extend earlier ones.

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
                "a record_attention block can't record several sequences; use a new block for each sequence"
            )


def join_rows(chunks: Sequence[torch.Tensor]) -> BHTS:
    """Concatenate the attention weights of consecutive chunks of a sequence along the query axis.

    Later chunks have more keys, so the weights of earlier chunks are padded with zeros.
    """
    keys = chunks[-1].shape[3]
    return torch.cat([torch.nn.functional.pad(chunk, (0, keys - chunk.shape[3])) for chunk in chunks], dim=2)


@contextlib.contextmanager
def record_attention(model: nn.Module) -> Iterator[AttentionMaps]:
    """Record the attention of a model inside a `with` block.

    In each layer, the attention function is wrapped. The wrapper records the queries, the keys, and the weights that
    follow from them, and then calls the function that was there, so what the model computes does not change: heads that
    are patched (see `patched_heads`) stay patched. The original functions are restored at the end of the block.

    Yields:
        `AttentionMaps`, which are filled while the model runs.
    """
    maps, hooks, attends = AttentionMaps(), [], []
    try:
        for number, (module, kind) in enumerate(dict(parts_by_kind(model)).items()):
            if isinstance(module, MultiHeadAttention | CausalSelfAttention):
                attends.append((module, module.attend))
                module.attend = watched(module.attend, maps.calls(kind, number))
            elif isinstance(module, TokenEmbedding):
                seen = maps.ids(kind)
                hooks.append(module.register_forward_pre_hook(lambda _, ids, seen=seen: seen.append(ids[0].detach())))
        yield maps
    finally:
        for module, attend in attends:
            module.attend = attend
        for hook in hooks:
            hook.remove()


def attention_layers(model: nn.Module) -> dict[str, MultiHeadAttention | CausalSelfAttention]:
    """Return a dict from names such as "encoder 0" or "cross 1" to the attention layers of a model."""
    layers = {kind: [] for kind in KINDS}
    for module, kind in dict(parts_by_kind(model)).items():
        if isinstance(module, MultiHeadAttention | CausalSelfAttention):
            layers[kind].append(module)
    return {f"{kind} {number}": layer for kind in KINDS for number, layer in enumerate(layers[kind])}


def watched(attend: Callable, calls: list[Call]) -> Callable:
    """Return an attention function that appends a `Call` to `calls` and then leaves the work to `attend`."""
    cap = getattr(attend, "cap", None)

    @torch.no_grad()
    def keep(q, k, mask):
        shared = q.shape[1] // k.shape[1]
        keys = k.repeat_interleave(shared, dim=1)
        calls.append(Call(q.detach(), keys.detach(), attention_weights(q, k, mask, cap)))

    def watching(q, k, v, mask=None):
        keep(q, k, mask)
        return attend(q, k, v, mask)

    watching.cap = cap
    return watching


def parts_by_kind(module: nn.Module, kind: str = "decoder") -> Iterator[tuple[nn.Module, str]]:
    """Yield a module and all its submodules, each with its kind of attention.

    A stack of layers names the kind of its self-attention in the attribute `self_attention_kind`. Modules named
    `cross_attention` have the kind "cross".
    """
    kind = getattr(module, "self_attention_kind", kind)
    yield module, kind
    for name, child in module.named_children():
        yield from parts_by_kind(child, "cross" if name == "cross_attention" else kind)
