"""`course doctor`: is everything here that the course needs? Whatever is wrong comes with what to do about it."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import typer

from course_lib.errors import CourseError
from course_lib.files import read_json, sha256
from course_lib.runtime import MODELS, cache_folder, lesson_device, pick_device, set_threads
from course_lib.workshop.cli.troubles import advice

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from packaging.requirements import Requirement

PACKAGE = "course-on-large-models"
MODEL_FILES = "card.json", "config.json", "model.safetensors"
LITTLE_MEMORY, LITTLE_DISK = 2, 1  # GB
WIDTH = 14  # of the topics


class Finding(NamedTuple):
    """The finding about a topic; a finding with an `advice` is a problem."""

    topic: str
    text: str
    advice: str = ""


def doctor() -> NoReturn:
    """Check this machine, and say what to mend.

    The first time, it also generates the sentences of the little world, which takes some seconds.

    \b
    Example:
      course doctor

    \b
    Exit status:
      0  all is well
      1  something must be mended
    """
    problems = 0
    for check, trouble in CHECKS.items():
        for finding in look(check, trouble):
            show(finding)
            problems += bool(finding.advice)
    typer.echo(f"\n{problems} to mend; see the arrows above." if problems else "\nAll is well.")
    raise typer.Exit(min(problems, 1))


def look(check: Callable[[], Iterable[Finding]], trouble: str) -> Iterator[Finding]:
    """Yield the findings of a check; that it can't be done is a `trouble`, too."""
    try:
        yield from check()
    except CourseError as error:
        yield Finding(check.__name__, str(error), advice(trouble))
    except Exception as error:  # a doctor must not faint
        yield Finding(check.__name__, f"could not be checked: {type(error).__name__}: {error}", advice(trouble))


def show(finding: Finding) -> None:
    """Print a finding at once: the next check may take a while, or not come back."""
    topic, text, todo = finding
    typer.echo(f"{'PROBLEM' if todo else 'ok':7}  {topic:{WIDTH}}  {text}")
    if todo:
        typer.echo(f"{'':{WIDTH + 9}}  -> {todo}")


def versions() -> Iterator[Finding]:
    """Python and the packages that the course needs, as its metadata states them."""
    from packaging.requirements import Requirement

    python = Requirement("Python" + importlib.metadata.metadata(PACKAGE)["Requires-Python"])
    yield version_finding(python, platform.python_version(), advice("python"))
    for requirement in map(Requirement, importlib.metadata.requires(PACKAGE)):
        if requirement.marker is None:  # the others belong to extras
            yield version_finding(requirement, installed_version(requirement.name), advice("package"))


def installed_version(name: str) -> str | None:
    """The version of a package, or None."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def version_finding(requirement: "Requirement", version: str | None, todo: str) -> Finding:
    """Return True if `version` is one that the requirement allows."""
    good = version is not None and requirement.specifier.contains(version, prereleases=True)
    return Finding(
        requirement.name, f"{version or 'not installed'} (needs {requirement.specifier})", "" if good else todo
    )


def threads() -> Iterator[Finding]:
    """More threads than cores only wait for one another."""
    count, cores = set_threads(), os.cpu_count() or 1
    todo = advice("many threads", cores=cores) if count > cores else ""
    yield Finding("threads", f"{count} on {cores} cores", todo)


def device() -> Iterator[Finding]:
    """Where torch computes, and what is different there."""
    import torch

    name = pick_device().type
    about = f"cuda: {torch.cuda.get_device_name()}" if name == "cuda" else MPS if name == "mps" else name
    yield Finding("device", f"{about}; lessons compute on {lesson_device().type}")


def memory() -> Iterator[Finding]:
    """Memory that a lesson may use."""
    import psutil

    free, total = (psutil.virtual_memory()[i] / 1e9 for i in (1, 0))
    todo = advice("memory") if free < LITTLE_MEMORY else ""
    yield Finding("memory", f"{free:.1f} of {total:.1f} GB free", todo)


def disk() -> Iterator[Finding]:
    """Room for generated data and trained models."""
    folder = cache_folder()
    existing = next(parent for parent in (folder, *folder.absolute().parents) if os.path.exists(parent))
    free = shutil.disk_usage(existing).free / 1e9
    todo = advice("full disk") if free < LITTLE_DISK else ""
    if not os.path.isdir(existing):
        todo = advice("no folder", cache=existing)
    elif not os.access(existing, os.W_OK):
        todo = advice("not yours")
    yield Finding("disk", f"{free:.1f} GB free for {folder}", todo)


def data() -> Iterator[Finding]:
    """The little world: read from its cache, generated where it is missing."""
    from course_lib.data import load_translations

    sizes = {split: len(load_translations("world", split)) for split in ("train", "validation", "test")}
    yield Finding("data", "the little world: " + ", ".join(f"{size:,} {split}" for split, size in sizes.items()))


def models() -> Iterator[Finding]:
    """The trained models: complete, and the very files that their cards describe."""
    folders = sorted(path for path in MODELS.glob("*") if path.is_dir())
    if not folders:
        yield Finding("models", f"none in {MODELS}", advice("models"))
    for folder in folders:
        missing = lacking(folder, MODEL_FILES) or lacking(folder, preparer_files(folder))
        if missing:
            yield Finding("models", f"{folder.name} lacks {', '.join(missing)}", advice("models"))
        elif sha256(folder / "model.safetensors") != read_json(folder / "card.json").get("sha256"):
            yield Finding(
                "models", f"{folder.name}: model.safetensors is not the file of its card (sha256)", advice("models")
            )
        else:
            yield Finding("models", f"{folder.name}, as its card says")


def fetched() -> Iterator[Finding]:
    """Check the fetched models: nothing needs them, but those that are here must be whole."""
    from course_lib.workshop.convert.artifacts import ARTIFACTS

    for name, artifact in ARTIFACTS.items():
        if artifact.path.is_file():
            artifact.check()
            yield Finding("fetched", f"{name}, {artifact.size / 1e6:.0f} MB")
        else:
            yield Finding("fetched", f"{name} is not here; course fetch {name} would bring it")


def lacking(folder: Path, names: Iterable[str]) -> list[str]:
    """Those of the files that are not in the folder."""
    return [name for name in names if not (folder / name).is_file()]


def preparer_files(folder: Path) -> list[str]:
    """The files of what prepares the input of a model: its tokenizer, its image processor, both, or none."""
    from course_lib.models.store import ARCHITECTURES

    _, _, *preparers = ARCHITECTURES[read_json(folder / "config.json")["architecture"]]
    return [preparer.file for preparer in preparers]


def kernel() -> Iterator[Finding]:
    """Check that Jupyter starts this Python for a lesson."""
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().get_kernel_spec("python3").resource_dir
    ours = os.path.realpath(found).startswith(os.path.realpath(sys.prefix))
    yield Finding("kernel", f"python3 in {found}", "" if ours else advice("kernel"))


MPS = (
    "mps: it has no float64, so RoPE's angles are less exact far from the start, and what lessons compute in float64 "
    "stays on the cpu; complex numbers and bfloat16 need macOS 14; last digits differ from the cpu's"
)
CHECKS = {  # what is looked at, and the trouble where that can't be done
    versions: "package",
    threads: "odd threads",
    device: "device",
    memory: "package",
    disk: "odd disk",
    data: "data",
    models: "models",
    fetched: "fetched",
    kernel: "kernel",
}
