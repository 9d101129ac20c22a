"""The exception that the whole course raises for invalid input."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator

LONGEST = 1000  # maximum number of characters in a message, because a quoted value may be very long


class CourseError(ValueError):
    """An error that is caused by invalid input. Its message names the value and says what was expected.

    Very long messages are shortened in the middle.
    """

    def __init__(self, message: object):
        message = str(message)
        if len(message) > LONGEST:
            message = f"{message[: LONGEST - 200]} [...] {message[-150:]}"
        super().__init__(message)


@contextlib.contextmanager
def located(place: str) -> Iterator[None]:
    """Prefix the message of each `CourseError` raised in a `with` block with the place where it occurred."""
    try:
        yield
    except CourseError as error:
        raise CourseError(f"{place}: {error}") from None


def called_like(example: str) -> Callable[[Callable], Callable]:
    """Let a function answer a call with missing or unknown arguments with an example of a call that works."""

    def decorate(function: Callable) -> Callable:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args: object, **kwargs: object) -> object:
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise CourseError(f"{function.__name__}: {error}; for example: {example}") from None
            return function(*args, **kwargs)

        return call

    return decorate
