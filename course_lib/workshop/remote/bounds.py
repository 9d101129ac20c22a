"""What the kernel itself refuses to a submission: more memory, processes or time than it may have, and hidden memory.

Memory that no process has mapped is in no process's count: a memfd, shared memory of System V, a shared mapping that
was given back. Where a control group counts it, that is enough; a filter of system calls keeps it out everywhere else.
"""

import contextlib
import ctypes
import platform
import struct

MOST_FILES = 64  # open at once by one process: sockets and pipes have buffers that count nowhere

# System calls by machine: the audit number of the machine, seccomp, mmap, and those that are refused:
# memfd_create, memfd_secret, shmget, msgget, io_uring_setup.
CALLS = {
    "x86_64": (0xC000003E, 317, 9, (319, 447, 29, 68, 425)),
    "aarch64": (0xC00000B7, 277, 222, (279, 447, 194, 186, 425)),
}
SHARED_AND_ANONYMOUS = 0x21
LOAD, MASK, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # instructions of the filter
ALLOWED, REFUSED = 0x7FFF0000, 0x00050001  # the latter as "operation not permitted"
NUMBER, MACHINE, FLAGS_OF_MMAP = 0, 4, 40  # where a call's parts are


def bound_resources(**bounds: int) -> None:
    """Give this process and its children so much each, if the system has such bounds: `DATA` bytes, `CPU` seconds."""
    with contextlib.suppress(ImportError):
        import resource

        for name, most in bounds.items():
            with contextlib.suppress(ValueError, OSError, AttributeError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def forbid_hidden_memory() -> bool:
    """Refuse this process and its children the system calls for memory that is in no process's count, on Linux.

    Returns whether the filter is in place.
    """
    if platform.system() != "Linux" or platform.machine() not in CALLS:
        return False
    machine, seccomp, mmap, refused = CALLS[platform.machine()]
    steps = [
        (LOAD, MACHINE),
        (EQUAL, machine, "next", "refuse"),
        (LOAD, NUMBER),
        (AT_LEAST, 0x40000000, "refuse", "next"),
    ]
    steps += [(EQUAL, call, "refuse", "next") for call in refused]
    steps += [(EQUAL, mmap, "next", "allow"), (LOAD, FLAGS_OF_MMAP), (MASK, SHARED_AND_ANONYMOUS)]
    steps += [(EQUAL, SHARED_AND_ANONYMOUS, "refuse", "allow"), (RETURN, ALLOWED), (RETURN, REFUSED)]
    code = b"".join(instruction(place, len(steps), *step) for place, step in enumerate(steps))
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges, without which nobody but root may set a filter
    return libc.syscall(seccomp, 1, 1, program) == 0  # for all threads


def instruction(place: int, length: int, code: int, number: int, yes: str = "next", no: str = "next") -> bytes:
    """Return an instruction of the filter. Its last two are "allow" and "refuse", to which others jump."""
    ways = {"next": 0, "allow": length - 2 - place - 1, "refuse": length - 1 - place - 1}
    return struct.pack("HBBI", code, ways[yes], ways[no], number)
