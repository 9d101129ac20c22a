"""Small Hugging Face models with random weights, and what their layers compute, to hold against ours."""

import re

import torch

from tests.parity import assert_near, shake

NEAR = 1e-5


def small(model_class, config):
    """A model in eval mode with all weights random; its plain kernel also gives attention weights."""
    config._attn_implementation = "eager"
    return shake(model_class(config)).eval()


def one_of_each_kind(names):
    """Of tensors that differ only in the number of their layer, the last."""
    return {re.sub(r"\.\d+\.", ".N.", name, count=1): name for name in names}.values()


def layer_outputs(layers, run):
    """What each of our layers gives while `run` runs."""
    outputs = []
    hooks = [layer.register_forward_hook(lambda *call: outputs.append(call[-1])) for layer in layers]
    run()
    for hook in hooks:
        hook.remove()
    return outputs


def assert_all_near(ours, theirs, real=slice(None)):
    """Lists of tensors are near, one by one, at the tokens `real` (bool, B T)."""
    for our_tensor, their_tensor in zip(ours, theirs, strict=True):
        assert_near(our_tensor[real], their_tensor[real], NEAR)


def random_tokens(batch, length, vocab_size, padding):
    """Token ids B T; all rows but the first end in `padding` tokens of id 0."""
    tokens = torch.randint(1, vocab_size, (batch, length))
    tokens[1:, length - padding :] = 0
    return tokens
