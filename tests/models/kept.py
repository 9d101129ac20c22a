"""Every choice of a small `Llm`, and every way in which its matrices can be kept, to write with."""

import contextlib
from itertools import product

import torch
from torch import nn

from course_lib.models import DeltaMixer, Experts, LatentMixer, LinearMixer, Llm, LlmConfig, NoPEMixer, SharedKVMixer
from course_lib.nn import RMSNorm
from course_lib.workshop.fast import Int4Linear, Int8Linear, PackedLinear, fuse, low_precision, pack
from tests.parity import V, shake

LATENT = LatentMixer(d_latent=7, d_content=5, d_value=3, d_query=13)
MIXERS = {
    "attention": None,
    "nope": (NoPEMixer(),) * 2,
    "shared": (NoPEMixer(), SharedKVMixer(layer=0)),
    "latent": (LATENT,) * 2,
    "linear": (LinearMixer(),) * 2,
    "delta": (DeltaMixer(num_heads=6, d_key=5, d_value=7, num_key_heads=3),) * 2,
}
SIZES = {"d_model": 64, "d_ff": 64, "num_heads": 4, "num_kv_heads": 2, "d_head": 32, "num_layers": 2}


def choices_with(mixer, num_active):
    """All choices that a model with these mixers has beside them; two of them go by the others, as half of all do."""
    windows = [None] if mixer in ("linear", "delta") else [None, (3, 3)]
    experts = None, Experts(num_experts=5, num_active=num_active)
    for window, mixture, bias, qk_norm, post_norms in product(windows, experts, *[(False, True)] * 3):
        yield {
            "window_sizes": window,
            "experts": mixture,
            "qkv_bias": bias,
            "qk_norm": qk_norm,
            "post_norms": post_norms,
            "tied": bias == post_norms,
            "score_cap": None if qk_norm == post_norms else 2.0,
        }


def new_llm(mixer, choices):
    """A small model with these choices."""
    return shake(Llm(LlmConfig(vocab_size=V, max_length=97, mixers=MIXERS[mixer], **SIZES, **choices))).eval()


def in_16_bits(model, dtype):
    """A packed model that is stored in `dtype`, but for its normalizations."""
    model = model.to(dtype)
    for norm in (module for module in model.modules() if isinstance(module, RMSNorm)):
        norm.float()
    return pack(model)


def in_8_bits(name, layer):
    """A packed layer, see `pack`."""
    return Int8Linear(layer.weight.detach(), getattr(layer, "bias", None))


def in_4_bits(name, layer):
    """A packed layer: in 4 bits where that can be."""
    weight = layer.weight.detach()
    if name == "output.weight" or not isinstance(layer, nn.Linear) or not Int4Linear.fits(weight.shape):
        return in_8_bits(name, layer)
    groups = weight.unflatten(1, (-1, 32))
    lowest = groups.amin(dim=2).half().float()
    scales = ((groups.amax(dim=2) - lowest) / 15).half().float()
    numbers = ((groups - lowest[..., None]) / scales[..., None]).round().clamp(0, 15)
    return Int4Linear(numbers.flatten(1), scales, lowest, layer.bias)


# name -> a function that fuses a model so kept, and how far its logits may be off
KINDS = {
    "float64": (lambda model: fuse(model.double()), 1e-10),
    "float32": (fuse, 1e-5),
    "rounded to float16": (lambda model: fuse(model, low_precision(torch.float16)), 0.02),
    "float16": (lambda model: fuse(in_16_bits(model, torch.float16)), 1e-5),
    "bfloat16": (lambda model: fuse(in_16_bits(model, torch.bfloat16)), 1e-5),
    "8 bits": (lambda model: fuse(pack(model, in_8_bits)), 1e-5),
    "4 bits": (lambda model: fuse(pack(model, in_4_bits)), 0.1),  # a few x are rounded
    "4 bits, as for many": (lambda model: fuse(pack(model, in_4_bits)), 1e-5),
}


@torch.no_grad()
def unpacked(model):
    """A model in float64 that has the weights of a packed one."""
    tensors = dict(model.named_parameters())
    for name, layer in model.named_modules():
        if isinstance(layer, PackedLinear):
            tensors[f"{name.replace('table.layer', 'table')}.weight"] = layer.unpacked()
    tensors.setdefault("output.weight", tensors["embedding.table.weight"])
    plain = Llm(model.config).double().eval()
    plain.load_state_dict({name: tensor.double() for name, tensor in tensors.items() if "table.layer" not in name})
    return plain


@contextlib.contextmanager
def noted(case):
    """What goes wrong in the block says in which case."""
    try:
        yield
    except Exception as error:
        error.add_note(str(case))
        raise
