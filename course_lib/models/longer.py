"""Two ways to let a trained decoder read longer texts: other rotary frequencies, or a window."""

from copy import deepcopy

from course_lib.models.llm import Llm
from course_lib.nn import Rotary


def with_scaling(model: Llm, scaling: object) -> Llm:
    """Copy a decoder and change its rotary frequencies, for example by `YarnScaling`."""
    model = deepcopy(model)
    d_head = model.config.d_model // model.config.num_heads
    rotary = Rotary(d_head, scaling=scaling)
    for layer in model.layers:
        layer.self_attention.rotary = rotary
    return model


def with_window(model: Llm, window: int) -> Llm:
    """Copy a decoder and let each layer see only the last `window` tokens.

    With a window as long as the training texts, distances and numbers of keys are as in training.
    """
    model = deepcopy(model)
    for layer in model.layers:
        layer.self_attention.window = window
    return model
