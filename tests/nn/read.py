"""A layer of a decoder by itself, with or without a cache."""

from course_lib.nn import DecoderCache, RecurrentState, View


def read(layer, x, cache=None):
    """What layer 0 makes of `x`."""
    return layer(x, View(x, cache=cache), 0)


def recurrent_cache():
    """A cache for one recurrent layer, and the state in it."""
    state = RecurrentState()
    return DecoderCache([None], states={0: state}), state
