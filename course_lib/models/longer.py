"""Two ways to use a trained decoder on longer texts: change its rotary frequencies, or limit its window."""

from copy import deepcopy

from course_lib.models.llm import Llm
from course_lib.nn import Rotary


def with_scaling(model: Llm, scaling: object) -> Llm:
    """Copy a decoder and change its rotary frequencies, for example with `YarnScaling`."""
    model = deepcopy(model)
    d_head = model.config.d_model // model.config.num_heads
    rotary = Rotary(d_head, scaling=scaling)
    for layer in model.layers:
        layer.self_attention.rotary = rotary
    return model


def with_window(model: Llm, window: int) -> Llm:
    """Copy a decoder and limit each layer to the last `window` tokens.

    If the window is as long as the training sequences, distances and numbers of keys stay within the training range.
    """
    model = deepcopy(model)
    for layer in model.layers:
        layer.self_attention.window = window
    return model
