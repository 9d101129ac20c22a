"""A student's notebook is read, whatever editor or system wrote it; where it can't be, the reason says what to do."""

import json
import re
from pathlib import Path

from course_lib.errors import CourseError

MOST_BYTES = 20_000_000
CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.M)


def text_of(path: Path) -> str:
    """The text of a file, at most MOST_BYTES of it, in the encoding that its first bytes show."""
    with open(path, "rb") as file:
        content = file.read(MOST_BYTES)
    return content.decode(json.detect_encoding(content), errors="replace")


def read_submission(path: Path):
    """Return the notebook at `path`, and notes on what was mended in it.

    Raises CourseError with the reason why it is not graded, and what the student should do.
    """
    import nbformat

    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CourseError(
            f"not read: the file has {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f}; "
            "clear its outputs, save it, and hand it in again"
        )
    content = content_of(path)
    try:
        whole = whole_characters(content)
        notebook = nbformat.reads(json.dumps(whole), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # a file from outside may be broken in any way
        first_line = next(iter(str(error).splitlines()), "")
        raise CourseError(f"not a notebook: {first_line[:120] or type(error).__name__}") from None
    return notebook, [] if whole == content else ["half characters (single surrogates) in it were replaced by ?"]


def content_of(path: Path):
    """The JSON value in a file. Raises CourseError where there is none."""
    try:
        return json.loads(path.read_bytes())  # tells UTF-8, with or without its mark, from UTF-16 and UTF-32
    except UnicodeDecodeError:
        raise CourseError("not read: the text is not in UTF-8; save the notebook with Jupyter, as UTF-8") from None
    except (ValueError, RecursionError) as error:
        if CONFLICT.search(text_of(path)):
            raise CourseError(
                "not read: the file has conflict markers of git (<<<<<<<); keep one version of each conflict, "
                "open the notebook, and hand it in again"
            ) from None
        reason = str(error)[:120] or type(error).__name__
        raise CourseError(f"not a notebook: not JSON ({reason}); hand in the .ipynb that Jupyter saves") from None


def whole_characters(content):
    """A JSON value without single surrogates, which JSON can hold and UTF-8 can't; a question mark replaces each."""
    return json.loads(json.dumps(content, ensure_ascii=False).encode(errors="replace"))
