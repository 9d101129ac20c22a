"""Notebooks as files: read with a plain message, written whole, and stored so that other machines change little."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.files import atomic_file

if TYPE_CHECKING:  # much of the course does without
    from nbformat import NotebookNode
    from traitlets.config import Config

CODE = "course_code"  # in the metadata of a notebook: the digest of the code that its outputs come from


def read_notebook(path: Path) -> "NotebookNode":
    """Return the notebook with what it stores. Raises CourseError when the file is not a notebook."""
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)
        list(notebook.cells)
    except Exception as error:  # nbformat stumbles in many ways over what is no notebook
        raise CourseError(f"{path} is not a notebook: {error}") from None
    return notebook


def write_notebook(notebook: "NotebookNode", path: Path) -> None:
    """Write a notebook atomically. Raises CourseError when the disk refuses; the old file is then untouched."""
    import nbformat

    with atomic_file(path) as draft:
        draft.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def write_if_changed(notebook: "NotebookNode", path: Path) -> Iterator[Path]:
    """Write a notebook, and yield its path, only if the file has something else."""
    import nbformat

    if not path.exists() or path.read_text(encoding="utf-8") != nbformat.writes(notebook).rstrip("\n") + "\n":
        write_notebook(notebook, path)
        yield path


@contextlib.contextmanager
def own_sockets() -> "Iterator[Config]":
    """Yield a config for a client's kernel: it talks over files, since two that start together can take one port."""
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="nb", ignore_cleanup_errors=True) as folder:
        yield Config({} if os.name == "nt" else {"KernelManager": {"transport": "ipc", "ip": f"{folder}/k"}})


def digest_of_code(notebook: "NotebookNode") -> str:
    """Return a short digest of the code cells of a notebook."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return sha256("\0".join(code).encode()).hexdigest()[:12]


def is_stale(notebook: "NotebookNode") -> bool:
    """Return whether the outputs of a notebook come from other code than it has now."""
    return notebook.metadata.get(CODE) != digest_of_code(notebook)


def tidy(notebook: "NotebookNode", resources: Any = None) -> "tuple[NotebookNode, Any]":
    """Let a run notebook store what JupyterLab would store, in place, but no version of Python; and its code's digest.

    JupyterLab joins neighboring outputs of one stream, so we join them as well. This is a preprocessor for nbconvert:
    `make refresh` names it, and nbconvert hands `resources` through.
    """
    from nbconvert.preprocessors import CoalesceStreamsPreprocessor

    notebook, resources = CoalesceStreamsPreprocessor().preprocess(notebook, resources or {})
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.metadata[CODE] = digest_of_code(notebook)
    return notebook, resources
