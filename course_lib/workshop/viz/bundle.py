"""JavaScript modules in one script: what a page needs that is to work from a file, without a network.

The modules are those of the browser, one file each, and import one another by relative paths, in one line for each.
In the script they share one scope: each module once, behind those that it imports, without `import` and `export`. Two
modules that give one name to different things are a SyntaxError when the script is read.
"""

import re
from pathlib import Path

from course_lib.files import read_text

IMPORT = re.compile(r'^import \{[^}]*\} from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)


def bundle(module: str, folder: Path) -> str:
    """The text of a module that stands in `folder`, behind the texts of all modules that it needs.

    Raises:
        CourseError: a module that is imported is missing.
    """
    texts: dict[Path, str] = {}
    add(module, folder, texts)
    return "\n".join([*texts.values(), without_marks(module)])


def add(module: str, folder: Path, texts: dict[Path, str]) -> None:
    """Add to `texts` all modules that a module in `folder` needs, each behind those that it needs itself."""
    for name in IMPORT.findall(module):
        path = (folder / name).resolve()
        if path not in texts:
            needed = read_text(path)
            add(needed, path.parent, texts)
            texts[path] = without_marks(needed)


def without_marks(module: str) -> str:
    """A module without what the browser would need to fetch others."""
    return EXPORT.sub("", IMPORT.sub("", module))
