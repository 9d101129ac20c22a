"""A process that runs the cells of one submission: it sees only itself, and has bounds for all that it may use."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from course_lib.grading.namespace import WORK, can_isolate, isolated
from course_lib.remote import Gone, Peer
from course_lib.runtime import REPOSITORY

INSIDE = Path(__file__).with_name("inside.py")  # by its path: as a module it would import the rest of the course first
KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "SYSTEMROOT", "LD_LIBRARY_PATH")
SIGXCPU = 24  # how Linux and macOS end what has used up its time
TICK = 0.2  # seconds between two looks at what a submission uses


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
    """

    seconds: int = 20
    patience: int = 100
    memory: int = 3 * 2**30
    output: int = 200_000
    processes: int = 100


class Sandbox:
    """A process that runs cells. As a context, it ends with everything that it started."""

    def __init__(self, limits, offers, deadline):
        self.limits, self.offers, self.deadline, self.reason = limits, offers, deadline, None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nb"))
            command = [sys.executable, str(INSIDE), *map(str, astuple(self.limits))]
            command, home = (isolated(command, folder), WORK) if can_isolate() else (command, folder)
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(command, cwd=folder, env=environment(home), **pipes)
            stack.callback(self.end)
            threading.Thread(target=self.watch, daemon=True).start()
            self.peer = Peer(self.process.stdout, self.process.stdin, "g", False, self.offers, is_of_an_exercise)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *error):
        self.stack.close()

    def run(self, source):
        """The outputs of one cell. Raises Gone when the process has ended; then `reason` says why."""
        try:
            return self.peer.call("run", source)
        except Gone:
            self.end()
            self.reason = self.reason or "ended the process that ran it"
            raise

    def watch(self):
        """End the process when it, with all that it started, uses more than it may."""
        import psutil

        while self.process.poll() is None:
            time.sleep(TICK)
            with contextlib.suppress(psutil.Error):
                family = psutil.Process(self.process.pid).children(recursive=True)
                if time.monotonic() > self.deadline:
                    self.reason = f"did not end within {3 * self.limits.patience} seconds"
                elif len(family) > self.limits.processes:
                    self.reason = f"started more than {self.limits.processes} processes"
                elif sum(memory_of(each) for each in family) > self.limits.memory:
                    self.reason = f"used more than {self.limits.memory / 2**30:g} GB"
                if self.reason:
                    self.end()

    def end(self):
        """End the process and everything that it started."""
        import psutil

        with contextlib.suppress(psutil.Error):
            for child in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    child.kill()
        if self.process.wait() in (-SIGXCPU, 128 + SIGXCPU):
            self.reason = f"computed for more than {3 * self.limits.seconds} seconds in all"
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


def is_of_an_exercise(thing):
    """Whether a thing that a case holds is an object whose attributes an answer may read."""
    return type(thing).__module__.startswith("course_lib.exercises.")
