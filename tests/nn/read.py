"""A layer of a decoder by itself, with or without a cache."""

from course_lib.nn import DecoderCache, Memory, RecurrentState, View


class GivenMask(View):
    """The view of a layer by itself, with any mask, and with the memory of an encoder."""

    def __init__(self, x, given, memory=None, memory_mask=None):
        super().__init__(x, memory=Memory(memory, memory_mask))
        self.given = given

    def mask(self, window=None):
        return self.given


def read(layer, x, cache=None):
    """What layer 0 makes of `x`."""
    return layer(x, View(x, cache=cache), 0)


def recurrent_cache():
    """A cache for one recurrent layer, and the state in it."""
    state = RecurrentState()
    return DecoderCache([None], states={0: state}), state
