"""A notebook is run in a process of its own: bounded in time, memory and output, and away from the network."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.exercises.checking import SEED
from course_lib.runtime import REPOSITORY

RUNNER = Path(__file__).with_name("run.py")  # by its path: as a module it would import the rest of the course first
KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Limits:
    """What a submission may use: seconds of a processor and by the clock, bytes of memory, characters of output.

    The clock is generous, for a machine that does other things too; it ends what sleeps.
    """

    seconds: int = 60
    patience: int = 300
    memory: int = 3 * 2**30
    output: int = 1_000_000


@functools.cache
def isolation():
    """The command that takes the network away, and with the process all that it started; empty where there is none."""
    command = ["unshare", "--user", "--map-current-user", "--net", "--pid", "--fork", "--kill-child"]
    if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
        return command
    return []


def run_sandboxed(notebook, limits, seed):
    """Run `notebook` and return it with its outputs; the cell that stopped it has an error that says why."""
    import nbformat

    with tempfile.TemporaryDirectory(prefix="nb") as scratch:
        path = Path(scratch) / "submission.ipynb"
        nbformat.write(notebook, path)
        bounds = map(str, (limits.seconds, limits.memory, limits.output))
        runner = [sys.executable, str(RUNNER), path.name, *bounds]
        # a shell in between: a kernel whose parent is process 1 takes itself for an orphan
        command = [*isolation(), "sh", "-c", '"$@"; exit $?', "sh", *runner] if isolation() else runner
        process = subprocess.Popen(command, cwd=scratch, env=environment(scratch, seed), **silent())
        try:
            process.wait(limits.patience)
            reason = None
        except subprocess.TimeoutExpired:
            reason = f"did not end within {limits.patience} seconds"
        finally:
            end(process)
        return with_reason(nbformat.read(path, as_version=4), reason)


def environment(scratch, seed):
    """What a submission may know of its surroundings."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {"HOME": scratch, "TMPDIR": scratch, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    return {**kept, **own, "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", SEED: str(seed)}


def silent():
    """No input, and no output but the notebook."""
    return dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


def end(process):
    """End the process and everything that it started."""
    import psutil

    if process.poll() is None:
        for child in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
            child.kill()
        process.wait()


def with_reason(notebook, reason):
    """Mark the first cell that has not run with the reason, and every later check with "not run"."""
    from nbformat.v4 import new_output

    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    waiting = [cell for cell in cells if not cell.metadata.get("done")]
    for cell in waiting:
        name = "Stopped" if cell is waiting[0] else "NotRun"
        why = cell.metadata.get("stopped") or reason or "ended the process that ran it"
        if cell is not waiting[0]:
            why = "an earlier cell stopped the notebook"
        cell.outputs = [new_output("error", ename=name, evalue=why, traceback=[f"{name}: {why}"])]
    for cell in cells:
        cell.metadata.pop("done", None)
        cell.metadata.pop("stopped", None)
    return notebook
