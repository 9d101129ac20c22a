"""What can be wrong with a machine, and what to do: `course doctor` says it where it finds it, the site always.

The advice names places of this machine: {python}, {repository}, {cache}, and what the doctor found there.
"""

import sys

from course_lib.runtime import REPOSITORY, cache_folder

TROUBLES = {  # name -> what is wrong, and what to do
    "python": ("Python is older or newer than the course needs.", "install such a Python, then make clean setup"),
    "package": ("A package is missing, too old or too new.", 'in {repository}: {python} -m pip install -e ".[test]"'),
    "odd threads": (
        "OMP_NUM_THREADS is not a number.",
        "set the environment variable OMP_NUM_THREADS to a number, such as 2",
    ),
    "many threads": (
        "Everything is slow: there are more threads than cores, and they wait for one another.",
        "set the environment variable OMP_NUM_THREADS to {cores} or less",
    ),
    "device": (
        "There is no such device as COURSE_DEVICE names.",
        "set the environment variable COURSE_DEVICE to cpu",
    ),
    "memory": ("Little memory is free.", "close other programs before you run a lesson"),
    "full disk": ("The disk is nearly full.", "free some space; {cache} itself may be deleted"),
    "no folder": (
        "The folder for generated data is a file.",
        "{cache} is a file; set the environment variable COURSE_CACHE to a folder of yours",
    ),
    "not yours": (
        "The folder for generated data can't be written to.",
        "you may not write there; set the environment variable COURSE_CACHE to a folder of yours",
    ),
    "odd disk": (
        "The disk can't be looked at.",
        "set the environment variable COURSE_CACHE to a folder of yours",
    ),
    "data": ("The little world can't be read.", "delete {cache}; the little world is generated again"),
    "models": (
        "A trained model is missing, lacks a file, or is not the one of its card.",
        "in {repository}: git checkout -- data/models",
    ),
    "fetched": ("What was fetched is damaged.", "course fetch brings it again"),
    "kernel": (
        "Jupyter starts another Python than the course's, or none.",
        "{python} -m ipykernel install --sys-prefix",
    ),
}
ANYWHERE = {
    "python": ".venv/bin/python",
    "repository": "the folder of the course",
    "cache": "data/cache",
    "cores": "the number of your cores",
}
INSTALLING = """# Troubles, and what to do

`course doctor` looks at a machine, and says what is wrong with it and what to do. This is all that it knows.

## While installing

`make lab` says what is missing, and stops before it installs anything.

No `make`, as on Windows
: The [README](README.md) has the commands to give instead.

It needs Python 3.11, 3.12 or 3.13
: Install one of them, or name one that is there: `make setup PYTHON=/path/to/python3.12`.

Python is here, but without its module venv
: On Debian and Ubuntu: `sudo apt install python3-venv`.

The disk is too full
: PyTorch brings several gigabytes for graphics cards on Linux; without them:
  `make setup PIP_ARGS="--extra-index-url https://download.pytorch.org/whl/cpu"`.

No package registry answers
: Behind a proxy, set `HTTPS_PROXY`; for a mirror, set `PIP_INDEX_URL`; then give the command again.

## While updating

`git pull` says "Your local changes would be overwritten"
: `course update` gets the newest version and keeps what you have changed. Don't use `git checkout .`, because it
  deletes your changes.

An earlier merge is not finished
: `git status` names the files. `git merge --abort` gives the merge up and brings your version back. Then give
  `course update`.

You have commits of your own, or the history of the course was rewritten
: `course update` copes with both. Your commits become a branch, such as `mine/2026-10-05`. Don't use
  `git pull --rebase`, because it can leave a notebook that no longer opens.

A notebook no longer opens after a merge
: `git show HEAD:notebooks/05_training_the_translator.ipynb >mine.ipynb` brings back the version before the merge, under
  another name.

`course check` says that a sheet has changed
: `course start --update 05` brings the new questions into your copy of sheet 05; your answers stay.

## Afterwards

"""


def advice(trouble: str, **places: object) -> str:
    """Return what to do about a trouble on this machine; `places` are those that were found."""
    here = {"python": sys.executable, "repository": REPOSITORY, "cache": cache_folder()}
    return TROUBLES[trouble][1].format(**here | places)


def troubles_page() -> str:
    """All troubles with what to do on any machine, as MyST Markdown."""
    return INSTALLING + "\n".join(f"{sign}\n: {todo.format(**ANYWHERE)}\n" for sign, todo in TROUBLES.values())
