"""What an exception says to the author of the code that raised it."""

import traceback


class Raised(Exception):  # noqa: N818  it is what somebody else raised
    """Something was raised in another process.

    Args:
        what: the kind of exception and its text.
        line: the student's line that led to it, if there is one.
    """

    def __init__(self, what: str, line: str | None = None):
        super().__init__(what)
        self.what, self.line = what, line


class Gone(Raised):
    """The other side has ended, or no longer says anything that could be understood."""

    def __init__(self):
        super().__init__("your code ended the process that ran it")


def described(error: BaseException) -> tuple[str, str | None]:
    """What was raised, and the student's line that led to it: in this process, or else in the other one."""
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if "course_lib" not in frame.filename]
    own = lines[0] if lines else None
    if isinstance(error, Raised):
        return error.what, own if error.line is None else error.line
    text = str(error).splitlines()
    return type(error).__name__ + (f": {text[0]}" if text else ""), own


def in_words(error: BaseException) -> str:
    """An exception and the student's line that led to it; without one, it is the check that could not go on."""
    what, line = described(error)
    if line is None:
        return f"this cannot be checked: {what}"
    return f"your code raises {what}" + (f", in the line `{line}`" if line else "")
