"""Honest, clumsy and hostile students: how each hands in, the points that are due, and what is said of it."""

import copy
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.workshop.grading.small_course import BROADCAST, LOOP, NAME, RIGHT, answered, cell_named, known, write
from tests.workshop.grading.test_sandbox import CHEATS

BOTH = {"a2": RIGHT, "a4": BROADCAST}
FILE = f"{NAME}.ipynb"


@dataclass
class Case:
    """One submission: what `hand_in(folder, release)` writes, the points that are due, and a part of the notes."""

    hand_in: Callable
    points: float
    note: str = ""


def solved(points=3, note="", first="", **answers):
    """Answers, with a cell before them all that does something else."""

    def hand_in(folder, release):
        notebook = answered(release, **(answers or BOTH))
        notebook.cells.insert(2, new_code_cell(first, id="first"))
        write(notebook, folder / FILE)

    return Case(hand_in, points, note)


def cheating(code):
    """One right answer, and one that cheats; an import from the exercises is noted, and costs nothing by itself."""
    note = "imports course_lib.workshop.exercises" if "import course_lib.workshop.exercises" in code else ""
    return solved(1, note, a2=RIGHT, a4=f"{code}\nmask_padding = mask")


def changed(change, points=3, note=""):
    """Both answers right, in a notebook that was changed."""

    def hand_in(folder, release):
        notebook = answered(release, **BOTH)
        change(notebook)
        write(notebook, folder / FILE)

    return Case(hand_in, points, note)


def files(*names, points=0, note=""):
    """Files that are no notebooks."""

    def hand_in(folder, release):
        folder.mkdir()
        for name in names:
            (folder / name).write_text("%PDF-1.7")

    return Case(hand_in, points, note)


def copied(name):
    return lambda notebook: append_copy(notebook, cell_named(notebook, name))


def append_copy(notebook, cell):
    notebook.cells.append(copy.deepcopy(cell))
    notebook.cells[-1].id = "a-copy"


def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata.clear()


def renamed(folder, release):
    write(answered(release, **BOTH), folder / "my exercises (final).ipynb")


def several(folder, release, count=2):
    """Many empty copies, and the newest one solved."""
    for number in range(count):
        write(answered(release), folder / f"{NAME} ({number}).ipynb")
        os.utime(folder / f"{NAME} ({number}).ipynb", (number, number))
    write(answered(release, **BOTH), folder / FILE)


def beside(folder, release):
    write(answered(release, **BOTH), folder.with_suffix(".ipynb"))


def deep(folder, release):
    write(answered(release, **BOTH), folder / "a" / "b" / "c" / FILE)
    write(answered(release), folder / ".ipynb_checkpoints" / FILE)


def linked(folder, release):
    folder.mkdir()
    (folder / FILE).symlink_to("/etc/passwd")
    (folder / "round").symlink_to(folder)


def zipped(folder, release):
    folder.mkdir()
    with zipfile.ZipFile(folder / "all of it.zip", "w") as archive:
        archive.writestr(f"ana/{FILE}", nbformat.writes(answered(release, **BOTH)))
        archive.writestr("../../outside.txt", "mine")


def encoded(encoding):
    def hand_in(folder, release):
        folder.mkdir()
        (folder / FILE).write_text(nbformat.writes(answered(release, **BOTH)), encoding=encoding)

    return hand_in


def conflict(folder, release):
    folder.mkdir()
    notebook = nbformat.writes(answered(release, **BOTH))
    (folder / FILE).write_text(notebook.replace('"cells"', '<<<<<<< HEAD\n"cells"\n=======\n>>>>>>> other\n"cells"', 1))


def text(content):
    def hand_in(folder, release):
        folder.mkdir()
        (folder / FILE).write_text(content)

    return hand_in


def with_points(notebook):
    cell_named(notebook, "check-01-4").metadata.nbgrader.points = 1000


def with_a_cell_of_its_own(notebook):
    append_copy(notebook, cell_named(notebook, "check-01-4"))
    notebook.cells[-1].source, notebook.cells[-1].metadata = "1000", known("check-01-7", grade=True, points=1000)


def with_another_check(notebook):
    cell_named(notebook, "check-01-4").source = "2"
    cell_named(notebook, "answer-01-4").source = "mask_padding = 1"


def exchanged(notebook):
    answer, check = (cell_named(notebook, name) for name in ("answer-01-4", "check-01-2"))
    answer.metadata, check.metadata = check.metadata, answer.metadata


def half_a_letter(folder, release):
    """JSON can hold a surrogate alone, UTF-8 can't."""
    notebook = answered(release, **BOTH)
    notebook.cells[1].source += "\nx = '\\ud800'"
    folder.mkdir()
    (folder / FILE).write_text(json.dumps(notebook).replace("\\\\ud800", "\\ud800"))


LOOPS = "def mask_padding(lengths, size):\n    while True:\n        pass"
EVERYTHING = """
import contextlib, os, pathlib, shutil, socket
for path in ("/work", "/root", "/home", "/tmp", os.path.expanduser("~"), "."):
    shutil.rmtree(path, ignore_errors=True)
for path in pathlib.Path("/").glob("*"):
    with contextlib.suppress(OSError):
        (path / "hello").write_text("x")
with contextlib.suppress(OSError):
    socket.create_connection(("1.1.1.1", 53), timeout=1)
os.makedirs(os.getcwd(), exist_ok=True)"""
THREADS = """
import threading, time
with __import__("contextlib").suppress(RuntimeError):
    for _ in range(10_000):
        threading.Thread(target=time.sleep, args=(999,), daemon=True).start()"""
DEAF = """
import signal
for name in ("SIGALRM", "SIGXCPU", "SIGVTALRM", "SIGPROF", "SIGTERM"):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
signal.signal = signal.setitimer = signal.alarm = lambda *given: None"""
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(10_000)
    os._exit(0)"""
FILLS = """
for folder in ("/dev/shm", "/tmp", "."):
    try:
        with open(f"{folder}/big", "wb") as file:
            while True:
                file.write(bytes(2**20))
    except OSError:
        pass"""
LIES = """
class Mask:
    __class__ = property(lambda self: torch.Tensor)
    def __reduce__(self):
        return (exec, ("import os; os._exit(0)",))
    def __getattr__(self, name):
        return self
    def __call__(self, *given):
        return self
    def __bool__(self):
        return True
def mask_padding(lengths, size):
    return Mask()"""
DEEP = "import sys\nsys.setrecursionlimit(10**9)\ndef f():\n    return f()\nf()"
SHOWS = "from IPython.display import HTML, display\ndisplay(HTML('x' * 50_000_000))"
NOISE = """
import gc, io
for pipe in [thing for thing in gc.get_objects() if isinstance(thing, io.BufferedWriter)]:
    try:
        pipe.write({})
        pipe.flush()
    except (OSError, ValueError):
        pass"""
BRACKETS = "(3 * 10**7).to_bytes(8, 'big') + bytes(8) + b'[],' * 10**7"
MEMFD = """
import os
f = os.memfd_create("x")
for _ in range(40):
    os.write(f, bytes(2**27))"""
SHARED = """
import mmap
m = mmap.mmap(-1, 5 * 2**30)
for start in range(0, 5 * 2**30, 2**27):
    m[start : start + 2**27] = bytes(2**27)
    m.madvise(mmap.MADV_DONTNEED, start, 2**27)"""
ONLY_MINE = "from course_lib.workshop.exercises import check  # graded as in the exercises\nsource = 'exercises source'"
SOLVED = "from course_lib.workshop.exercises.lesson_01 import prediction as solved\nprediction = solved()"
GONE = "![my plot](attachment:gone.png)"
WRAPPED = """
from course_lib.nn import padding_mask
def mask_padding(lengths, size):
    return padding_mask((torch.arange(size) < lengths[:, None]).long(), 0)"""
SCRIPT = "<img src=x onerror='document.title = \"OWNED\"'><script>document.title = 'OWNED'</script>"

CASES = {
    # the day of a lecturer
    "José Núñez Ångström": solved(),
    "half": solved(1, a2=RIGHT),
    "near": solved(0.66, a2='prediction = {"plain": 64, "scaled": 1, "slope": 0.09}', a4="mask_padding = None"),
    "nothing": solved(0, a2="prediction = None"),
    "copied answer": changed(copied("answer-01-4"), note="was copied"),
    "copied check": changed(copied("check-01-4"), note="was copied"),
    "no metadata": changed(without_metadata, note="lost its metadata"),
    "own check": solved(1, a2=RIGHT, a4="mask_padding = 1\ncheck = lambda *answer: 2"),
    "endless loop": solved(1, a2=RIGHT, a4=LOOPS),
    "half a letter in an output": solved(3, "", "print('a\\ud800b')\nraise ValueError('\\udcff')"),
    "half a gigabyte of output": solved(3, "printed more than", "for _ in range(500):\n    print('x' * 10**6)"),
    "memory": solved(3, "MemoryError", "x = bytearray(2**40)"),
    "sleeps": solved(1, "did not end within", a2=RIGHT, a4="import time\ntime.sleep(10_000)"),
    "asks": solved(3, "Error", "input('name?')"),
    "misspelled": solved(1, "SyntaxError", a2=RIGHT, a4="def mask_padding(lengths, size)\n    return None"),
    "no check": changed(lambda n: n.cells.remove(cell_named(n, "check-01-4")), note="it was put back"),
    "forks": solved(first="import os\nos.fork()"),
    "text": Case(text("my answers"), 0, "not a notebook"),
    "a document": files("answers.docx", note="no notebook found, but answers.docx"),
    "empty": files(note="an empty folder"),
    "beside": Case(beside, 0, "a file beside the students' folders"),
    "another name": Case(renamed, 3),
    "two files": Case(several, 3, "the newest"),
    "deletes, writes, calls": solved(first=EVERYTHING),
    **{name: cheating(code) for name, code in CHEATS.items()},
    # and more
    "fork storm": solved(3, "Stopped", "import os\nwhile True:\n    os.fork()"),
    "thread storm": solved(3, "", THREADS),
    "deaf": solved(3, "ended the process", f"{DEAF}\nwhile True:\n    pass"),
    "daemon": solved(first=DAEMON),
    "kills everybody": solved(3, "", "import os\nos.kill(-1, 9)"),
    "becomes a shell": solved(3, "ended the process", "import os\nos.execv('/bin/sh', ['sh', '-c', 'exit 0'])"),
    "leaves": solved(3, "SystemExit", "raise SystemExit(0)"),
    "fills the disks": solved(first=FILLS),
    "falls deep": solved(3, "Stopped", DEEP),
    "noise": solved(3, "ended the process", NOISE.format("b'x' * 99")),
    "brackets": solved(3, "ended the process", NOISE.format(BRACKETS)),
    "hidden memory": solved(3, "PermissionError", MEMFD),
    "memory given back": solved(3, "PermissionError", SHARED),
    "a range without end": solved(1, a2=RIGHT, a4="def mask_padding(lengths, size):\n    return range(3 * 10**8)"),
    "a list of lists": solved(1, a2=RIGHT, a4="def mask_padding(lengths, size):\n    return [[]] * 10**7"),
    "an innocent comment": solved(first=ONLY_MINE),
    "a wrapper": solved(3, "01.4 uses course_lib.nn", a2=RIGHT, a4=WRAPPED),
    "the course's solution": solved(0, "imports course_lib.workshop.exercises.lesson_01.prediction", a2=SOLVED),
    "a picture that is gone": changed(
        lambda n: n.cells.append(new_markdown_cell("![plot](attachment:gone.png)", id="a"))
    ),
    "a script shown": solved(first=f"from IPython.display import HTML, display\ndisplay(HTML({SCRIPT!r}))"),
    "a script written": changed(lambda notebook: notebook.cells.insert(1, new_markdown_cell(SCRIPT, id="script"))),
    "byte order mark": Case(encoded("utf-8-sig"), 3),
    "UTF-16": Case(encoded("utf-16"), 3),
    "conflict": Case(conflict, 0, "conflict markers"),
    "a gigabyte of output": solved(3, "printed more than", "print('x' * 10**9)"),
    "shows too much": solved(3, "", SHOWS),
    "a large answer": solved(1, a2=RIGHT, a4="def mask_padding(lengths, size):\n    return torch.zeros(10**10)"),
    "an answer without end": solved(
        1, a2=RIGHT, a4="import itertools\ndef mask_padding(lengths, size):\n    return itertools.count()"
    ),
    "an answer that lies": solved(1, a2=RIGHT, a4=LIES),
    "two hundred files": Case(lambda folder, release: several(folder, release, 200), 3, "of 201 notebooks"),
    "links": Case(linked, 0, "no notebook found"),
    "zip of a folder": Case(zipped, 3),
    "deep in folders": Case(deep, 3),
    "Ana Silva_4711_assignsubmission_file": solved(a2=RIGHT, a4=LOOP),
    "nested": Case(text("[" * 100_000), 0, "not a notebook"),
    "huge": Case(text('{"cells": "' + "x" * 21_000_000 + '"}'), 0, "not read: the file has 21 MB"),
    "half a letter": Case(half_a_letter, 3, "half characters"),
    "a thousand points": changed(with_points),
    "a cell of its own": changed(with_a_cell_of_its_own),
    "another check": changed(with_another_check, 1, "was changed"),
    "exchanged": changed(exchanged, 1),
    "a\u2215b": solved(),
    'o\'brien "x" `id` $(id)': solved(),
    "a\u202egnp.exe": solved(),
    "=1+1": solved(),
    "-rf": solved(),
    "line\nbreak": solved(),
    "<script>alert(1)": solved(3, "<script>", "raise ValueError('<script>alert(2)</script>')"),
}
