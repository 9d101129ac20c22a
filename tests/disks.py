"""Disks that refuse: full when written to, or full only when the data is to be made safe."""

import contextlib
import errno
import os

import pytest


@contextlib.contextmanager
def disk_with_room_for(bytes_left):
    """No file may grow beyond `bytes_left`; what fits is written, as on a disk that fills up midway."""
    resource = pytest.importorskip("resource", reason="Windows has no limit on file sizes")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def disk_that_turns_out_full():
    """Writing seems to work, but the data can't be made safe."""

    def fsync(file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


def almost_full_disk():
    """A disk with room for 100 bytes."""
    return disk_with_room_for(100)


each_full_disk = pytest.mark.parametrize("full_disk", [almost_full_disk, disk_that_turns_out_full])
