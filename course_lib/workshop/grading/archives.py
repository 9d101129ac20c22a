"""Zip files that students hand in: their notebooks are unpacked, within bounds, and nothing else is."""

import os
import shutil
import stat
import time
import zipfile
from pathlib import Path, PurePosixPath

from course_lib.workshop.grading.reading import MOST_BYTES

MOST_PACKED = 100_000_000  # bytes of the archive itself
MOST_MEMBERS = 10_000
MOST_NOTEBOOKS = 20


def unpack(archive: Path, folder: Path) -> tuple[list[Path], list[str]]:
    """Unpack the notebooks of a zip file into a folder; return their paths, and what could not be unpacked.

    Each notebook comes into a folder of its own, so no name in the archive leads elsewhere. A link is no notebook, and
    of a larger file only as much is unpacked as tells that it is too large.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if archive.stat().st_size > MOST_PACKED:
        return [], [f"{archive.name} was not unpacked: it has more than {MOST_PACKED // 10**6} MB"]
    try:
        with zipfile.ZipFile(archive) as file:
            if len(file.infolist()) > MOST_MEMBERS:
                return [], [f"{archive.name} was not unpacked: it has more than {MOST_MEMBERS:,} files"]
            members = [member for member in file.infolist() if is_notebook(member)]
            paths = [
                written(file, member, folder / str(number)) for number, member in enumerate(members[:MOST_NOTEBOOKS])
            ]
    except Exception as error:  # an archive from outside may be broken in any way, or want a password
        return [], [
            f"{archive.name} can't be unpacked: {str(error)[:120] or type(error).__name__}; hand in the notebook"
        ]
    if len(members) > MOST_NOTEBOOKS:
        return paths, [f"{archive.name} has {len(members)} notebooks; only {MOST_NOTEBOOKS} were unpacked"]
    return paths, [] if paths else [f"{archive.name} has no notebook in it"]


def is_notebook(member: zipfile.ZipInfo) -> bool:
    """Whether a member of an archive is a notebook that can be seen, and no folder or link."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    hidden = any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in parts)
    kind = stat.S_IFMT(member.external_attr >> 16)
    return member.filename.lower().endswith(".ipynb") and not hidden and kind in (0, stat.S_IFREG)


def written(file: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """Write one member into a folder, with the time that the archive says."""
    folder.mkdir(parents=True)
    path = folder / PurePosixPath(member.filename.replace("\\", "/")).name.replace("\0", "_")
    with file.open(member) as source:
        path.write_bytes(source.read(MOST_BYTES + 1))
    changed = time.mktime((*member.date_time, 0, 0, -1))
    os.utime(path, (changed, changed))
    return path
