"""A view of the file system for one submission: Python, the library without its exercises, and a scratch folder.

Linux gives it to anybody, by `unshare` and `mount`: a root of its own, read-only but for the scratch folder, which is
in memory; no network, and only its own processes. Where Linux forbids it, and on other systems, a container does it.
"""

import functools
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from course_lib.runtime import REPOSITORY

SYSTEM = "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"
DEVICES = "/dev/null", "/dev/random", "/dev/urandom"  # no /dev/zero: what is mapped of it is memory in nobody's count
WORK = "/work-of-a-student"
SCRATCH_BYTES = 2**26
NOBODY = 65534
OPEN_DOOR = """this system can't isolate submissions: their code could read and change everything that you can.
Grade on Linux, or in a container that holds the course and nothing else, one student after the other:
docker run --network none -v STUDENT:/in/STUDENT:ro -v OUT:/out IMAGE course grade /in --out /out --add --unprotected
On Ubuntu from 23.10 on, as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0
If you trust every submission, --unprotected grades them without isolation"""
UNPROTECTED = "graded without isolation: its code could read and change everything that the lecturer can"


def readable():
    """What of the file system a submission may read."""
    library, hidden = REPOSITORY / "course_lib", ("workshop", "exercises", "__pycache__")
    shown = [path for folder in (library, library / "workshop") for path in folder.iterdir() if path.name not in hidden]
    return [*map(Path, SYSTEM), Path(sys.prefix), Path(sys.base_prefix), *shown, REPOSITORY / "data"]


def script(root):
    """The shell's commands that build the view on the empty folder `root`, enter it, and run what follows."""
    at = lambda path: shlex.quote(f"{root}{path}")  # noqa: E731
    import matplotlib

    yield "set -e"
    yield f"mount -t tmpfs -o size=4m,mode=755 none {at('')}"
    yield f"mkdir -p {at('/dev/shm')} {at('/proc')} {at('/tmp')} {at(WORK)}"
    for device in DEVICES:
        yield f"touch {at(device)}; mount --bind {device} {at(device)}"
    for folder in ("/dev/shm", "/tmp", WORK):
        yield f"mount -t tmpfs -o size={SCRATCH_BYTES},nr_inodes=5000,mode=1777 none {at(folder)}"
    for path in readable():
        if path.is_symlink() and path.parent == Path("/"):
            yield f"ln -s {shlex.quote(os.readlink(path))} {at(path)}"
        elif path.is_dir():
            yield f"mkdir -p {at(path)}; mount --bind {shlex.quote(str(path))} {at(path)}"
            yield f"mount -o remount,bind,ro {at(path)}"
        elif path.exists():
            yield f"mkdir -p {at(path.parent)}; touch {at(path)}; mount --bind {shlex.quote(str(path))} {at(path)}"
            yield f"mount -o remount,bind,ro {at(path)}"
    fonts = shlex.quote(matplotlib.get_cachedir())  # to list them again takes a second
    yield f"export MPLCONFIGDIR={WORK}/matplotlib; cp -r {fonts} {at(WORK)}/matplotlib || true"
    yield f"chmod -R a+rwX {at(WORK)}"
    yield f"mount -t proc proc {at('/proc')}; echo 0 > {at('/proc/sys/user/max_user_namespaces')}"
    yield f"mount -o remount,bind,ro {at('/proc')}; cd {at('')}; pivot_root . .; umount -l ."
    yield f"mount -o remount,bind,ro /; cd {WORK}"
    identity = f"--reuid {NOBODY} --regid {NOBODY} --clear-groups " if os.geteuid() == 0 else ""
    yield f'exec setpriv {identity}--no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"'


def isolated(command, root):
    """The command, inside of a view that is built on the empty folder `root`."""
    who = ["--map-root-user"]
    if os.geteuid() == 0:  # a number of processes is limited for everybody but root: so it runs as nobody
        who = [f"--map-{kind}s={pair}" for kind in ("user", "group") for pair in ("0,0,1", f"{NOBODY},{NOBODY},1")]
        who += ["--setuid", "0", "--setgid", "0"]
    spaces = ["--user", *who, "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *spaces, "sh", "-c", "\n".join(script(root)), "sh", *command]


@functools.cache
def can_isolate():
    """Whether this system can give a submission its own view."""
    import tempfile

    if os.name == "nt" or not all(map(shutil.which, ("unshare", "setpriv", "mount", "pivot_root"))):
        return False
    with tempfile.TemporaryDirectory() as root:
        return subprocess.run(isolated(["true"], root), capture_output=True).returncode == 0
