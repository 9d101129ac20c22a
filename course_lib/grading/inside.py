"""The inside of the sandbox: `python inside.py LIMITS`, in their order, runs the cells that the grader sends.

No verdict is made here, and no truth is near: `check` hands its answer over to the grader, who calls it, case by case.
"""

import contextlib
import io
import os
import sys
from types import ModuleType

from course_lib.remote import Peer
from course_lib.remote.clocks import Stopped, limited

OWN_LINES = "<ipython-input"  # what the file of a cell's code begins with


class Bounded(io.StringIO):
    """Takes so many characters, and no more."""

    def __init__(self, most):
        super().__init__()
        self.most = most

    def write(self, text):
        """Take a text. Raises Stopped at the bound."""
        if self.tell() + len(text) > self.most:
            raise Stopped(f"printed more than {self.most:,} characters")
        return super().write(text)


class Cells:
    """Runs cells of a notebook, one after the other, and returns what they showed, as a notebook holds it."""

    def __init__(self, seconds, patience, output):
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.display import display
        from traitlets.config import Config

        self.limits, self.output, self.errors, self.process = (seconds, patience), output, [], os.getpid()
        self.shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
        self.shell._showtraceback = self.note_error
        self.shell.display_trap.hook = lambda value: None if value is None else display(value)

    def note_error(self, kind, error, lines):
        """Keep an error instead of printing it."""
        text = [str(line) for line in lines]
        self.errors.append({"output_type": "error", "ename": kind.__name__, "evalue": str(error), "traceback": text})

    def run(self, source):
        """The outputs of one cell: what it printed, what it displayed, and its error."""
        from IPython.utils.capture import capture_output

        self.errors, printed = [], Bounded(self.output)
        streams = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
        with (
            streams[0],
            streams[1],
            capture_output(stdout=False, stderr=False) as shown,
            limited(*self.limits, is_own_code),
        ):
            self.shell.run_cell(source, store_history=False)
        if os.getpid() != self.process:  # a cell made a copy of it; only the first one speaks with the grader
            os._exit(0)
        text = printed.getvalue()
        streams = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
        return [*streams, *map(displayed, shown.outputs), *self.errors]


def displayed(output):
    """A figure or a value as a notebook holds it."""
    return {"output_type": "display_data", "data": dict(output.data or {}), "metadata": dict(output.metadata or {})}


def is_own_code(frame):
    """Whether what runs now is called by a cell, and not by the connection to the grader: no message is cut in two."""
    while frame and not frame.f_code.co_filename.startswith(OWN_LINES):
        if frame.f_globals.get("__name__", "").startswith("course_lib.remote"):
            return False
        frame = frame.f_back
    return frame is not None


def bound_resources(seconds, memory, processes):
    """Give this process and its children so much each, if the system has such bounds."""
    with contextlib.suppress(ImportError):
        import resource

        bounds = {"RLIMIT_CPU": seconds, "RLIMIT_DATA": memory, "RLIMIT_NPROC": processes, "RLIMIT_CORE": 0}
        for name, most in bounds.items():
            with contextlib.suppress(ValueError, OSError, AttributeError):
                resource.setrlimit(getattr(resource, name), (most, most))


def main(seconds, patience, memory, output, processes):
    """Answer the grader until it has gone."""
    reads, writes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:
        for stream in (0, 1, 2):
            os.dup2(nowhere.fileno(), stream)
    bound_resources(3 * seconds, memory, processes)
    peer = Peer(reads, writes, "s", True, {"run": Cells(seconds, patience, output).run})

    def check(exercise_id, answer):
        """Hand an answer over to the grader."""
        try:
            peer.call("check", exercise_id, answer)
        finally:
            peer.forget()

    sys.modules["course_lib.exercises"] = exercises = ModuleType("course_lib.exercises")
    exercises.check = check
    peer.serve_forever()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
