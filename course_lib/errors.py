"""The one exception of the course: bad input, named early and in plain words."""

import contextlib
from collections.abc import Iterator

LONGEST = 1000  # letters of a message; a value that it names may be a whole book


class CourseError(ValueError):
    """Something given to the course is not usable; the message names the value and what was expected."""

    def __init__(self, message: object):
        message = str(message)
        if len(message) > LONGEST:
            message = f"{message[: LONGEST - 200]} [...] {message[-150:]}"
        super().__init__(message)


@contextlib.contextmanager
def located(place: str) -> Iterator[None]:
    """Let the errors of a block begin with the place that they are about."""
    try:
        yield
    except CourseError as error:
        raise CourseError(f"{place}: {error}") from None
