"""The shapes that signatures state, checked by jaxtyping: of each test the first calls, which the others resemble.

A check takes longer than most of what it checks, and a model is a hundred calls of the same few functions.
"""

from functools import wraps

import jaxtyping
from beartype import BeartypeConf, beartype

MOST = 200  # checks of a test: one of what goes into a function, and one of what comes out
BEARTYPE = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int may stand where a float is meant, as everywhere
left = MOST


def switch(on: bool) -> None:
    """Let the checks begin anew, or rest."""
    global left
    left = MOST
    jaxtyping.config.update("jaxtyping_disable", not on)


def check(function):
    """The function with its checks, which rest when there were enough of them."""
    checked = BEARTYPE(function)

    @wraps(function)
    def counted(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            switch(on=False)
        return checked(*args, **kwargs)

    return counted
