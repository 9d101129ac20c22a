"""A process has the memory that it was given, counted or not."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.workshop.remote import bounds

HIDDEN = {
    "memfd": "os.memfd_create('x')",
    "shared and anonymous": "mmap.mmap(-1, 4096)",
    "shared memory of System V": "check(libc.shmget(0, 4096, 0o1600))",
    "a queue of messages": "check(libc.msgget(0, 0o1600))",
    "io_uring": "check(libc.syscall(425, 1, 0))",
    "a secret memfd": "check(libc.syscall(447, 0))",
    "too many files": "[open(os.devnull) for _ in range(99)]",
}
LIMIT = 2**30
INSIDE = f"""
import ctypes, importlib.util, mmap, os, threading
spec = importlib.util.spec_from_file_location("bounds", {str(Path(bounds.__file__))!r})
bounds = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bounds)
libc = ctypes.CDLL(None, use_errno=True)
def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
assert bounds.forbid_hidden_memory()
bounds.bound_resources(DATA={LIMIT}, NOFILE=bounds.MOST_FILES)
"""

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in bounds.CALLS,
    reason="NOT TESTED: this kernel has no filter of system calls that the course knows",
)


def run(code):
    return subprocess.run([sys.executable, "-c", INSIDE + code], capture_output=True, text=True)


@pytest.mark.parametrize("name", HIDDEN)
def test_memory_that_counts_nowhere_is_refused(name):
    ended = run(f"try:\n    {HIDDEN[name]}\nexcept OSError as error:\n    print(error.errno)")
    assert ended.stdout.strip() in ("1", "24"), ended.stderr


def test_private_and_file_memory_is_there_as_before():
    code = "x = bytearray(2**28); m = mmap.mmap(-1, 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
    code += (
        "import tempfile; f = tempfile.TemporaryFile(); f.write(bytes(4096)); f.flush(); mmap.mmap(f.fileno(), 4096)\n"
    )
    ended = run(code + "print('ok')")
    assert ended.stdout == "ok\n", ended.stderr


def test_more_memory_than_the_limit_is_refused_to_threads_and_children_too():
    code = f"""
def take():
    try:
        bytearray({LIMIT})
    except MemoryError:
        os.write(1, b"x")
take()
threading.Thread(target=take).start()
if os.fork() == 0:
    take()
    os._exit(0)
os.wait()
"""
    assert run(code).stdout == "xxx"
