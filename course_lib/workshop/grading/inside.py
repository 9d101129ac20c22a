"""The inside of the sandbox: `python inside.py LIMITS`, in their order, runs the cells that the grader sends.

No verdict is made here, and no truth is near. A check cell comes with its trial: the cases, and the code that applies
an answer to them. What the answer gives goes back as data.
"""

import contextlib
import io
import os
import sys
from types import ModuleType

from course_lib.workshop.remote import Stopped, attempt, limited, read_message, write_message
from course_lib.workshop.remote.bounds import MOST_FILES, bound_resources, forbid_hidden_memory


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
        self.trial, self.public, self.tried = None, {}, None
        sys.modules["course_lib.workshop.exercises"] = exercises = ModuleType("course_lib.workshop.exercises")
        exercises.check = lambda exercise_id, answer: self.check(exercise_id, answer)
        exercises.check.case = self.case

    def check(self, exercise_id, answer):
        """Try an answer, if this is the check cell of this exercise; the verdict is made outside."""
        if self.trial and self.trial["id"] == exercise_id:
            run, cases = unpacked(self.trial)
            self.tried = attempt(answer, run, cases).as_data()

    def case(self, exercise_id, number):
        """Return the case that a student asks for, as the student's own check has it."""
        _, cases = unpacked(self.public[exercise_id])
        return cases[number - 1]

    def note_error(self, kind, error, lines):
        """Keep an error instead of printing it."""
        self.errors.append(error_output(kind.__name__, str(error), [str(line) for line in lines]))

    def run(self, message):
        """Return the outputs of one cell, and what was tried in it: what it printed, what it displayed, its errors."""
        from IPython.utils.capture import capture_output

        self.errors, printed = [], Bounded(self.output)
        self.trial, self.public, self.tried = message["trial"], message["public"], None
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            capture_output(stdout=False, stderr=False) as shown,
        ):
            try:
                with limited(*self.limits):
                    self.shell.run_cell(message["source"], store_history=False)
            except Stopped as reason:
                self.errors.append(error_output("Stopped", str(reason)))
        if os.getpid() != self.process:  # a cell made a copy of it; only the first one speaks with the grader
            os._exit(0)
        text = printed.getvalue()
        streams = [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
        return {"outputs": [*streams, *map(displayed, shown.outputs), *self.errors], "tried": self.tried}


def unpacked(trial):
    """Return how an answer is applied to a case, and all cases."""
    import torch

    names = {"__name__": "trial"}
    exec(compile(trial["code"], "course_lib/trial", "exec"), names)
    run, *draws = (names[name] for name in trial["names"])
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)  # a notebook may have set another one
    try:
        return run, [case for draw in draws for seed in trial["seeds"] for case in draw(seed)] or trial["cases"]
    finally:
        torch.set_default_dtype(before)


def displayed(output):
    """Return a figure or a value as a notebook holds it."""
    return {"output_type": "display_data", "data": dict(output.data or {}), "metadata": dict(output.metadata or {})}


def error_output(name, text, lines=()):
    """Return an error as a notebook holds it."""
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": list(lines) or [f"{name}: {text}"]}


def main(seconds, patience, memory, output, processes):
    """Answer the grader until it has ended."""
    reads, writes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:
        for stream in (0, 1, 2):
            os.dup2(nowhere.fileno(), stream)
    forbid_hidden_memory()
    bound_resources(CPU=3 * seconds, DATA=memory, NPROC=processes, NOFILE=MOST_FILES, CORE=0)
    cells = Cells(seconds, patience, output)
    while True:
        try:
            message = read_message(reads)
        except EOFError:
            return
        result = cells.run(message)
        try:
            write_message(writes, result)
        except Exception as error:  # what a cell showed may be too much, or anything
            write_message(writes, {"outputs": [error_output("Stopped", f"showed too much: {error}")], "tried": None})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
