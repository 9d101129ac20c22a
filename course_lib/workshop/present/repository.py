"""Where the course can be cloned from, and where its files can be read: one setting, `repository` in the section
`tool.course` of pyproject.toml.
"""

import re
import tomllib

from course_lib.files import read_text
from course_lib.runtime import REPOSITORY

GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")


def repository_address() -> str:
    """Where the course can be cloned from, as pyproject.toml says; "" where nobody has said it yet."""
    return tomllib.loads(read_text(REPOSITORY / "pyproject.toml"))["tool"]["course"]["repository"]


def github_name(address: str) -> str:
    """The owner and name of a repository on GitHub, "OWNER/NAME"; "" where the address is another's."""
    found = GITHUB.fullmatch(address)
    return found[1] if found else ""


def address_of_lessons(address: str) -> str:
    """Where a lesson can be read in the repository at this address, `{}` for the name of its file; "" where nowhere."""
    name = github_name(address)
    return f"https://github.com/{name}/blob/HEAD/notebooks/{{}}.ipynb" if name else ""
