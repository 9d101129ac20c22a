"""The inside of the sandbox: `python run.py NOTEBOOK SECONDS MEMORY OUTPUT` runs a notebook in place.

The notebook is written after each cell, so that what a later cell breaks does not undo an earlier one. A cell that has
run is marked `done` in its metadata; the one that stopped the notebook is marked `stopped`, with the reason.
"""

import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError


class BoundedClient(NotebookClient):
    """Runs cells, errors included, and ends the kernel when a notebook has printed more than `bound` characters."""

    def __init__(self, notebook, bound, **options):
        super().__init__(notebook, allow_errors=True, record_timing=False, **options)
        self.bound, self.printed = bound, 0

    def process_message(self, msg, cell, cell_index):
        """Count what a message brings, and drop it when it is too much."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            self.printed += len(str(msg["content"]))
            if self.printed > self.bound:
                self.km.provisioner.process.kill()
                return None
        return super().process_message(msg, cell, cell_index)


def bound_resources(seconds, memory):
    """Give this process and its kernel so many seconds of a processor and bytes each, if the system has such bounds."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def kernel_manager(folder):
    """A kernel that is spoken to by files: without a network it has no ports."""
    if os.name == "nt":
        return AsyncKernelManager(kernel_name="python3")
    return AsyncKernelManager(kernel_name="python3", transport="ipc", ip=str(Path(folder) / "k"))


def run(path, seconds, memory, output):
    """Run the notebook at `path` in place."""
    bound_resources(seconds, memory)
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = BoundedClient(notebook, output, km=kernel_manager(folder))
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                try:
                    client.execute_cell(cell, index)
                    cell.metadata["done"] = True
                except DeadKernelError:
                    cell.metadata["stopped"] = why_it_ended(client, seconds)
                    nbformat.write(notebook, path)
                    os._exit(1)
                nbformat.write(notebook, path)


def why_it_ended(client, seconds):
    """The reason for the end of the kernel, as a continuation of "the cell ..."."""
    if client.printed > client.bound:
        return f"printed more than {client.bound:,} characters"
    if client.km.provisioner.process.poll() == -getattr(signal, "SIGXCPU", 0):
        return f"computed for more than {seconds} seconds"
    return "ended its kernel"


if __name__ == "__main__":
    run(sys.argv[1], *map(int, sys.argv[2:]))
