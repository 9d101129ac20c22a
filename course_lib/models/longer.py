"""Two ways to use a trained decoder on longer texts: scale its rotary frequencies, or limit its attention window."""

from copy import deepcopy

from course_lib.models.llm import Llm
from course_lib.nn import Rotary


def with_scaling(model: Llm, scaling: object) -> Llm:
    """Copy a decoder and scale its rotary frequencies.

    Args:
        model: the decoder to copy.
        scaling: the scaling method, such as a `YarnScaling`.
    """
    model = deepcopy(model)
    d_head = model.config.d_model // model.config.num_heads
    rotary = Rotary(d_head, scaling=scaling)
    for layer in model.layers:
        layer.self_attention.rotary = rotary
    return model


def with_window(model: Llm, window: int) -> Llm:
    """Copy a decoder and let each token attend only to the last `window` tokens, including itself.

    If the window is as long as the training sequences, no distance and no number of keys is larger than in training.
    """
    model = deepcopy(model)
    for layer in model.layers:
        layer.self_attention.window = window
    return model
