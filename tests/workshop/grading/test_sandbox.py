"""Inside the sandbox a notebook has what it needs, and nothing to do harm with; its verdicts are made outside."""

import os
import subprocess
import threading

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.errors import CourseError
from course_lib.workshop.exercises.checking import SEED
from course_lib.workshop.exercises.results import error_of, result
from course_lib.workshop.grading import folder, group
from course_lib.workshop.grading.judging import run_and_judge
from course_lib.workshop.grading.sandbox import Limits, Sandbox
from tests.workshop.grading.isolation import NEEDS_ISOLATION
from tests.workshop.grading.small_course import known

IMPORT = "import torch\nfrom course_lib.workshop.exercises import check"


def check_cell(name="01.4", answer="mask", points=2):
    code = f'from course_lib.workshop.exercises import check\n\ncheck("{name}", {answer})'
    return new_code_cell(code, metadata=known(f"check-{name.replace('.', '-')}", grade=True, points=points))


def run(*cells, **limits):
    """The code cells of a notebook after its run."""
    cells = [cell if isinstance(cell, dict) else new_code_cell(cell) for cell in cells]
    return run_and_judge(new_notebook(cells=cells), Limits(**limits)).cells


def printed(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


RIGHT = f"""{IMPORT}
def mask(lengths, size):
    return (torch.arange(size) < lengths[:, None])[:, None, None]"""
RAISES = """def mask(lengths, size):
    return lengths.no_such"""
DEEP = "eval('[' * 90 + ']' * 90)"
ENDLESS = """def mask(lengths, size):
    while True:
        pass"""


def test_a_notebook_has_what_it_needs_and_its_verdicts_are_made_outside(monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv(SEED, "77")
    look = f"import os\nprint(os.environ.get('{SEED}'), os.environ.get('MY_TOKEN'), os.environ['HOME'] == os.getcwd())"
    cells = "print('a'); x = 3", "x\n1 / 0", "from IPython.display import display\ndisplay(x)\nx + 1", look
    first, second, third, fourth, _, right, _, wrong = run(*cells, RIGHT, check_cell(), RAISES, check_cell())
    assert printed(first) == "a\n"
    assert error_of(second) == "ZeroDivisionError: division by zero"
    assert [output.data["text/plain"] for output in third.outputs] == ["3", "4"]
    assert printed(fourth).split() == ["None", "None", "True"]
    assert result(right).message == "right, on all 9 cases: 2 of 2 points"
    assert result(right).points == 2
    assert "AttributeError: 'Tensor' object has no attribute 'no_such', in the line" in result(wrong).message
    assert result(wrong).points == 0


@pytest.mark.slow
def test_what_stops_a_cell_costs_no_other():
    loop, loud, dies, _, asked, _, after = run(
        "while True:\n    pass",
        "while True:\n    print('x' * 1000)",
        "import os\nos._exit(0)",
        ENDLESS,
        check_cell(),
        RIGHT,
        check_cell(),
        seconds=3,
        output=9_000,
    )
    assert error_of(loop) == "Stopped: computed for more than 3 seconds"
    assert "Stopped: printed more than 9,000 characters" in error_of(loud)
    assert error_of(dies) == "Stopped: ended the process that ran it"
    assert (
        "your code computed for more than 3 seconds, and was stopped; is there an endless loop?, in the line"
        in result(asked).message
    )
    assert result(after).points == 2


@pytest.mark.slow
def test_what_sleeps_is_ended_by_the_clock():
    first, second, _, third = run("print('done')", "import time\ntime.sleep(10_000)", RIGHT, check_cell(), patience=25)
    assert printed(first) == "done\n"
    assert error_of(second) == "Stopped: did not end within 25 seconds"
    assert result(third).points == 2


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_a_storm_of_processes_is_ended_and_costs_only_its_cell():
    forks = "import os", "while True:\n    os.fork()", "os.fork()"
    _, storm, copy, _, good = run(*forks, RIGHT, check_cell(), processes=60)
    assert error_of(storm)
    assert not error_of(copy)
    assert result(good).points == 2


CHEATS = {
    "shows points": """
from IPython.display import display
display(2)
mask = 1""",
    "has a check of its own": """
check = lambda *answer: 2
mask = 1""",
    "replaces the check": """
import course_lib.workshop.exercises
course_lib.workshop.exercises.check = lambda *answer: 2
mask = 1""",
    "is equal to everything": """
class Mask:
    def __eq__(self, other):
        return True
def mask(lengths, size):
    return Mask()""",
    "patches what compares": """
isclose, torch.isclose = torch.isclose, lambda a, *rest, **others: torch.ones_like(a, dtype=bool)
def mask(lengths, size):
    return lengths""",
    "looks at frames": """
import sys
def mask(lengths, size):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if hasattr(value, "truth"):
                return value.truth(lengths, size)
        frame = frame.f_back""",
    "imports the truth": """
def mask(lengths, size):
    from course_lib.workshop.exercises.lesson_01 import mask_padding
    return mask_padding(lengths, size)""",
    "hooks imports": """
import builtins
old = builtins.__import__
builtins.__import__ = lambda *given, **named: old(*given, **named)
def mask(lengths, size):
    return builtins.__import__("course_lib.workshop.exercises.lesson_01").mask_padding(lengths, size)""",
    "reads files": """
def mask(lengths, size):
    import pathlib
    for root in ("/", "/root", "/home"):
        for path in pathlib.Path(root).glob("**/exercises/**/*01*.*"):
            exec(path.read_text())
            return mask_padding(lengths, size)""",
    "is no number": """
class Mask(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *given):
        return True
def mask(lengths, size):
    return torch.zeros(2).as_subclass(Mask)""",
    "sends results of its own": """
import gc, io
from course_lib.workshop.remote import write_message
tried = [(True, torch.ones(3, 1, 1, 5, dtype=bool))] * 9
for pipe in [thing for thing in gc.get_objects() if isinstance(thing, io.BufferedWriter)]:
    try:
        write_message(pipe, {"outputs": [], "tried": (tried, False, "")})
    except ValueError:
        pass
mask = 1""",
}
QUICK = ["shows points", "replaces the check", "is equal to everything", "patches what compares", "imports the truth"]


def points_of_cheats(names):
    """The points that each of these cheats gets in a notebook of its own."""
    found = {}
    for name in names:
        *_, judged = run(f"{IMPORT}\n{CHEATS[name]}", check_cell())
        found[name] = result(judged).points
    return found


def test_a_cheat_of_each_kind_changes_no_verdict():
    cells = [cell for name in QUICK for cell in (f"{IMPORT}\n{CHEATS[name]}", check_cell())]
    points = [result(cell).points for cell in run(*cells)[1::2]]
    assert dict(zip(QUICK, points, strict=True)) == dict.fromkeys(QUICK, 0)


@pytest.mark.slow
def test_no_cheat_changes_a_verdict():
    assert points_of_cheats(CHEATS) == dict.fromkeys(CHEATS, 0)


NOISE = {
    "no message": "b'x' * 99",
    "30 MB of brackets": "(3 * 10**7).to_bytes(8, 'big') + bytes(8) + b'[],' * 10**7",
    "a length of a petabyte": "(2**50).to_bytes(8, 'big') + bytes(8)",
    "a truth": "(4).to_bytes(8, 'big') + bytes(8) + b'true'",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOISE)
def test_who_writes_to_the_grader_what_is_no_message_loses_that_cell_only(name):
    noise = f"""import gc, io
for pipe in [thing for thing in gc.get_objects() if isinstance(thing, io.BufferedWriter)]:
    try:
        pipe.write({NOISE[name]})
        pipe.flush()
    except (OSError, ValueError):
        pass"""
    bad, _, good = run(noise, RIGHT, check_cell())
    assert error_of(bad) == "Stopped: ended the process that ran it"
    assert result(good).points == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "value", ["range(3 * 10**8)", "[[]] * 10**7", "torch.zeros(10**9).expand(10**9)", "'x' * 10**9", DEEP]
)
def test_an_answer_that_is_too_large_is_wrong_and_costs_no_other(value):
    huge = f"{IMPORT}\ndef mask(lengths, size):\n    return {value}"
    _, large, _, good = run(huge, check_cell(), RIGHT, check_cell())
    assert result(large).points == 0
    assert result(good).points == 2


BREAK_OUTS = {  # each must raise an error, or print what it says
    "network": "import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=9)",
    "reads the solutions": "open(f'{root}/notebooks/exercises/source/01_attention_heads/01_attention_heads.ipynb')",
    "reads the truths": "open(f'{root}/course_lib/workshop/exercises/lesson_01.py')",
    "reads the grader's folder": "open('MINE')",
    "reads passwords": "open('/etc/shadow')",
    "changes the library": "open(f'{root}/course_lib/errors.py', 'a')",
    "changes Python": "open(f'{sys.prefix}/hello', 'w')",
    "changes the system": "open('/usr/hello', 'w')",
    "changes the kernel": "open('/proc/sys/kernel/core_pattern', 'w')",
    "mounts": "assert not subprocess.run(['mount', '-t', 'tmpfs', 'none', '/tmp']).returncode",
    "takes rights anew": "assert not subprocess.run(['unshare', '-Urm', 'id']).returncode",
    "becomes root": "os.setuid(0)\nopen('/usr/hello', 'w')",
    "leaves the root": "os.mkdir('x'); os.chroot('x'); os.chdir('../' * 40); os.chroot('.'); open('/etc/shadow')",
    "kills the grader": "os.kill(PID, 9)",
    "sees the grader": "open('/proc/PID/environ')",
    "reads memory": "open('/proc/1/mem', 'rb+').write(b'x')",
    "fills the disk": "open('big', 'wb').write(bytes(2**28))",
    "makes files without end": "for i in range(20_000): open(f'x{i}', 'w').close()",
    "makes a device": "os.mknod('disk', 0o60600, os.makedev(8, 0))",
    "hides memory": "os.memfd_create('x')",
    "makes memory of a device": "open('/dev/zero')",
}
QUICK_WAYS = [
    "network",
    "reads the truths",
    "changes the library",
    "becomes root",
    "kills the grader",
    "fills the disk",
]
QUICK_WAYS += ["hides memory", "mounts"]


def that_broke_out(names, folder):
    """The ways that neither raised an error nor printed what they should, and what is listed at the end."""
    (folder / "mine").write_text("x")
    start = "import course_lib, os, subprocess, sys\nroot = os.path.dirname(os.path.dirname(course_lib.__file__))"
    ways = [BREAK_OUTS[name].replace("MINE", str(folder / "mine")).replace("PID", str(os.getpid())) for name in names]
    _, *cells, listing = run(start, *ways, "print(sorted(os.listdir(root)))")
    return [name for name, cell in zip(names, cells, strict=True) if not error_of(cell)], printed(listing)


@NEEDS_ISOLATION
def test_a_break_out_of_each_kind_fails(tmp_path):
    assert that_broke_out(QUICK_WAYS, tmp_path)[0] == []


@pytest.mark.slow
@NEEDS_ISOLATION
def test_nothing_breaks_out(tmp_path):
    assert that_broke_out(BREAK_OUTS, tmp_path) == ([], "['.venv', 'course_lib', 'data']\n")


def test_without_isolation_nothing_is_graded_unless_the_lecturer_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "can_isolate", lambda: False)
    with pytest.raises(CourseError, match="(?s)can't isolate submissions.*--unprotected"):
        next(folder.grade_folder(tmp_path, tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    with pytest.raises(CourseError, match="no notebooks"):
        next(folder.grade_folder(tmp_path, tmp_path.with_name("out"), Limits(isolated=False)))


GREED = {  # each wants 6 GB
    "one process": "x = [bytearray(2**28) for _ in range(24)]",
    "a memfd": "f = os.memfd_create('x')\nfor _ in range(24): os.write(f, bytes(2**28))",
    "shared and given back": """
import mmap
kept = mmap.mmap(-1, 6 * 2**30)
for start in range(0, 6 * 2**30, 2**26):
    kept[start : start + 2**26] = bytes(2**26)
    kept.madvise(mmap.MADV_DONTNEED, start, 2**26)""",
    "many processes": """
for _ in range(24):
    if os.fork() == 0:
        x = bytearray(2**28)
        time.sleep(999)
time.sleep(5)""",
    "/dev/shm": "open('/dev/shm/x', 'wb').write(bytes(2**30))",
}


@pytest.mark.slow
@NEEDS_ISOLATION
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("name", GREED)
def test_no_submission_takes_more_memory_of_the_machine_than_its_limit(name, grouped, monkeypatch):
    psutil = pytest.importorskip("psutil")
    if not grouped:
        monkeypatch.setattr(group, "parent_group", lambda: None)
        monkeypatch.setattr(group, "has_scopes", lambda: False)
    elif not group.parent_group() and not group.has_scopes():
        pytest.skip("NOT TESTED: this system gives no control group; the other bounds are tested")
    before, least, done = psutil.virtual_memory().available, [2**60], threading.Event()

    def look():
        while not done.wait(0.02):
            least[0] = min(least[0], psutil.virtual_memory().available)

    threading.Thread(target=look, daemon=True).start()
    try:
        _, _, good = run(f"import os, time\n{GREED[name]}", RIGHT, check_cell(), memory=3 * 2**29)
    finally:
        done.set()
    assert before - least[0] < 3 * 2**30, f"{(before - least[0]) / 2**30:.1f} GB of the machine were taken"
    assert result(good).points == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no command `sleep`")
def test_the_process_itself_counts_with_what_it_started():
    pytest.importorskip("psutil")
    sandbox = Sandbox(Limits(), deadline=0)
    sandbox.process = subprocess.Popen(["sh", "-c", "sleep 99 & wait"])
    try:
        assert sandbox.process.pid in [each.pid for each in sandbox.family()]
    finally:
        for each in sandbox.family():
            each.kill()
        sandbox.process.wait()
