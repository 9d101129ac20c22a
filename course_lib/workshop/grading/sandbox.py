"""A process that runs the cells of one submission: it sees only itself, and has bounds for all that it may use."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from course_lib.runtime import REPOSITORY
from course_lib.workshop.grading.group import Group
from course_lib.workshop.grading.namespace import WORK, isolated
from course_lib.workshop.remote import read_message, write_message

INSIDE = Path(__file__).with_name("inside.py")  # by its path: as a module it would import the rest of the course first
KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH")
SIGXCPU = 24  # how Linux and macOS end what has used up its time
TICK = 0.1  # seconds between two looks at what a submission uses


class Gone(Exception):  # noqa: N818  nothing is wrong with the grader
    """The process has ended, or no longer sends anything that could be read. Its text says why."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Args:
        seconds: of a processor, for one cell; all cells together have three times as many.
        patience: seconds by the clock for one cell; all cells together have three times as many. It is generous, for a
            machine that does other things too.
        memory: bytes, for all of its processes together.
        output: characters that one cell may print.
        processes: how many at once, threads included.
        isolated: whether it gets a view of its own of the files; without one, it can read and change what you can.
    """

    seconds: int = 20
    patience: int = 100
    memory: int = 3 * 2**30
    output: int = 200_000
    processes: int = 100
    isolated: bool = True

    @property
    def inside(self):
        """What the process itself must know of its limits."""
        return self.seconds, self.patience, self.memory, self.output, self.processes


class Sandbox:
    """A process that runs cells. As a context, it ends with everything that it started."""

    def __init__(self, limits, deadline):
        self.limits, self.deadline, self.reason = limits, deadline, None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nb"))
            self.group = stack.enter_context(Group(self.limits.memory))
            command, home = [sys.executable, str(INSIDE), *map(str, self.limits.inside)], folder
            if self.limits.isolated:
                command, home = isolated(command, folder), WORK
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(self.group.around(command), cwd=folder, env=environment(home), **pipes)
            stack.callback(self.end)
            threading.Thread(target=self.watch, daemon=True).start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self.stack.close()

    def run(self, source, trial=None, public=None):
        """Run one cell; returns its outputs and what was tried in it, as far as that can be told.

        Args:
            source: of the cell.
            trial: what its check is to try its answer on; None for any other cell.
            public: the trials of exercises whose cases it asks for, by id.

        Raises:
            Gone: the process has ended.
        """
        try:
            write_message(self.process.stdin, {"source": source, "trial": trial, "public": public or {}})
            reply = read_message(self.process.stdout)
            return reply["outputs"], reply["tried"]
        except (OSError, ValueError, EOFError, TypeError, LookupError):
            self.end()
            raise Gone(self.reason or "ended the process that ran it") from None

    def watch(self):
        """End the process when it, with all that it started, uses more than it may."""
        import psutil

        while self.process.poll() is None:
            time.sleep(TICK)
            with contextlib.suppress(psutil.Error):
                family = self.family()
                if time.monotonic() > self.deadline:
                    self.reason = f"did not end within {3 * self.limits.patience} seconds"
                elif len(family) > self.limits.processes:
                    self.reason = f"started more than {self.limits.processes} processes"
                elif sum(memory_of(each) for each in family) > self.limits.memory:
                    self.reason = self.too_large
                if self.reason:
                    self.end()

    def family(self):
        """Return the process with everything that it started."""
        import psutil

        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    @property
    def too_large(self):
        """What is said of a submission that uses too much memory."""
        return f"used more than {self.limits.memory / 2**30:g} GB"

    def end(self):
        """End the process and everything that it started."""
        import psutil

        with contextlib.suppress(psutil.Error):
            for each in self.family():
                with contextlib.suppress(psutil.Error):
                    each.kill()
        if self.process.wait() in (-SIGXCPU, 128 + SIGXCPU):
            self.reason = f"computed for more than {3 * self.limits.seconds} seconds in all"
        elif self.group.was_full:
            self.reason = self.too_large
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def memory_of(process):
    """Bytes of a process; none if it has ended meanwhile."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return process.memory_info().rss
    return 0


def environment(home):
    """What a submission may know of its surroundings."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = {"HOME": home, "TMPDIR": home, "COURSE_CACHE": f"{home}/cache", "PYTHONPATH": str(REPOSITORY)}
    own["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    return {**kept, **own, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
