"""The exception that the course raises for bad input."""

import contextlib
from collections.abc import Iterator

LONGEST = 1000  # characters of a message; a quoted value may be a whole book


class CourseError(ValueError):
    """Bad input to the course. The message names the value and says what was expected."""

    def __init__(self, message: object):
        message = str(message)
        if len(message) > LONGEST:
            message = f"{message[: LONGEST - 200]} [...] {message[-150:]}"
        super().__init__(message)


@contextlib.contextmanager
def located(place: str) -> Iterator[None]:
    """Prefix the `CourseError`s of a block with the place where they occur."""
    try:
        yield
    except CourseError as error:
        raise CourseError(f"{place}: {error}") from None
