"""What an exception says to the author of the code that raised it."""

import traceback


def in_words(error: BaseException) -> str:
    """An exception and the student's line that led to it; without one, it is the check that could not go on."""
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if "course_lib" not in frame.filename]
    text = str(error).splitlines()
    what = type(error).__name__ + (f": {text[0]}" if text else "")
    if not lines:
        return f"this cannot be checked: {what}"
    return f"your code raises {what}" + (f", in the line `{lines[0]}`" if lines[0] else "")
