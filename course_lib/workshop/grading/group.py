"""A control group for everything that a submission starts: the kernel counts all of its memory, shared or not.

Linux has one where the grader may make it: as root, in a container that was given one, or by systemd for a user.
Elsewhere the bounds of bounds.py hold.
"""

import contextlib
import functools
import itertools
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

COUNT = itertools.count()
FILES = {  # of version 2 and of version 1: what bounds memory, and what tells how often that was reached
    "memory.max": "memory.events",
    "memory.limit_in_bytes": "memory.oom_control",
}
MORE = {"memory.swap.max": 0, "memory.oom.group": 1}  # where they are there


class Group:
    """A control group of its own for one command, if the system gives one. As a context, it goes with its processes.

    Args:
        memory: bytes, for all processes together.
    """

    def __init__(self, memory):
        self.memory, self.folder = memory, None

    def __enter__(self):
        parent = parent_group()
        if parent:
            self.folder = parent / f"course-{os.getpid()}-{next(COUNT)}"
            self.folder.mkdir()
            bound = next(name for name in FILES if (self.folder / name).exists())
            (self.folder / bound).write_text(str(self.memory))
            for name, value in MORE.items():
                if (self.folder / name).exists():
                    (self.folder / name).write_text(str(value))
        return self

    def __exit__(self, *error):
        for _ in range(50 * bool(self.folder)):  # the kernel takes its time with processes that were ended
            with contextlib.suppress(OSError):
                self.folder.rmdir()
                return
            time.sleep(0.02)

    def around(self, command):
        """Return the command that runs this one in the group."""
        if self.folder:
            return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.folder / "cgroup.procs"), *command]
        return [*scope(self.memory), *command] if has_scopes() else command

    @property
    def was_full(self):
        """Whether a process was ended because the group's memory was used up."""
        for path in [self.folder / name for name in FILES.values()] if self.folder else []:
            with contextlib.suppress(OSError):  # the other version's
                return bool(re.search(r"^oom_kill [1-9]", path.read_text(), re.MULTILINE))
        return False


@functools.cache
def parent_group():
    """Return the folder of this process's control group, if groups can be made in it that bound memory; else None."""
    with contextlib.suppress(OSError, ValueError):
        return next(filter(works, own_groups()), None)
    return None


def own_groups():
    """Yield the folders of this process's control groups: of version 2, and of version 1 the one for memory."""
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        for mount in mounts:
            kind, options = mount[mount.index("-") + 1], mount[-1].split(",")
            is_version_1 = kind == "cgroup" and "memory" in names.split(",") and "memory" in options
            if is_version_1 or (kind == "cgroup2" and not names):
                yield Path(mount[4], path.removeprefix(mount[3]).lstrip("/"))


def works(folder):
    """Return whether a group in this folder bounds memory."""
    trial = folder / f"course-{os.getpid()}"
    try:
        trial.mkdir()
    except OSError:
        return False
    try:
        name = next((name for name in FILES if (trial / name).exists()), None)
        return bool(name and (trial / name).write_text(str(2**30)))
    except OSError:
        return False
    finally:
        trial.rmdir()


def scope(memory):
    """Return what runs a command in a scope of systemd."""
    bounds = f"MemoryMax={memory}", "MemorySwapMax=0"
    return ["systemd-run", "--user", "--scope", "--quiet", *(word for bound in bounds for word in ("-p", bound)), "--"]


@functools.cache
def has_scopes():
    """Return whether systemd makes scopes for this user."""
    if not shutil.which("systemd-run"):
        return False
    return subprocess.run([*scope(2**30), "true"], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
