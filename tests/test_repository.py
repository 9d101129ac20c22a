"""What is stated in several files is stated alike: Python, extras, commands, lessons, version, the tree."""

import base64
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import typer
import yaml
from jupyter_client.kernelspec import KernelSpecManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import course_lib
from course_lib.workshop.present.site.alone import BRANCH
from tests.notebooks.lesson import LESSON_FILES, LINK, REPOSITORY, lesson_at

EXTRA = '-e ".[test]"'
MAP = "viz.draw_course_map()"
PYTHONS = ["3.11", "3.12", "3.13"]
LIBRARY = Path(course_lib.__path__[0])


def read(name):
    return (REPOSITORY / name).read_text(encoding="utf-8")


PYPROJECT = tomllib.loads(read("pyproject.toml"))
README = read("README.md")
MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))


def test_every_file_states_the_same_pythons():
    first, last = PYTHONS[0], PYTHONS[-1]
    assert PYPROJECT["project"]["requires-python"] == f">={first},<3.{int(last[2:]) + 1}"
    assert " | ".join(PYTHONS) in read(".ci/setup")
    assert f"You need Python {first}, 3.12 or {last}" in README
    matrix = yaml.safe_load(read(".github/workflows/test.yml"))["jobs"]["make"]["strategy"]["matrix"]
    assert set(matrix["python"]) <= set(PYTHONS)


def test_conda_installs_the_package_and_nothing_else():
    environment = yaml.safe_load(read("environment.yml"))
    python, pip, packages = environment["dependencies"]
    assert python.removeprefix("python=") in PYTHONS
    assert pip == "pip"
    assert packages == {"pip": [EXTRA]}
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert f"conda activate {environment['name']}" in README


def test_the_constraints_state_a_version_for_each_dependency_and_one_that_is_allowed():
    lines = (line.split("==") for line in read("constraints.txt").split())
    locked = {canonicalize_name(name): version for name, version in lines}
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = [Requirement(text) for text in PYPROJECT["project"]["dependencies"] + extras["test"] + extras["site"]]
    named = [one for one in wanted if one.name != PYPROJECT["project"]["name"]]
    assert [
        str(one) for one in named if not one.specifier.contains(locked.get(canonicalize_name(one.name), "0"))
    ] == [], "run `make green`"


def test_a_rented_machine_sets_itself_up_by_a_command_that_exists():
    container = json.loads(read(".devcontainer/devcontainer.json"))
    command = container["postCreateCommand"].split()
    assert command[0] == "make" and command[1] in MAKE_TARGETS
    assert container["image"].rpartition(":")[2] in PYTHONS
    files = container["customizations"]["codespaces"]["openFiles"]
    assert [file for file in files if not (REPOSITORY / file).exists()] == []


def test_the_workflow_publishes_what_make_site_writes_to_the_branch_of_the_buttons():
    steps = yaml.safe_load(read(".github/workflows/site.yml"))["jobs"]["publish"]["steps"]
    assert any(step.get("run", "").startswith("make site") for step in steps)
    assert steps[-1]["working-directory"] == "data/cache/site"
    assert steps[-1]["run"].rstrip().endswith(f" {BRANCH}")


def test_every_way_of_installing_takes_the_same_extra():
    assert "test" in PYPROJECT["project"]["optional-dependencies"]
    assert EXTRA.replace('"', "'") in read(".ci/setup")
    for name in ("README.md", ".github/workflows/test.yml"):
        assert set(re.findall(r'-e "\.[^"]*"', read(name))) == {EXTRA}


def test_windows_runs_the_tests_as_the_readme_says():
    commands = [line.strip() for line in README.splitlines() if line.strip().startswith(".venv\\Scripts\\python")]
    workflow = read(".github/workflows/test.yml")
    assert [command in workflow for command in commands if "jupyterlab" not in command] == [True, True]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_that_is_named_exists(name):
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", read(name), re.M))
    assert named
    assert named <= MAKE_TARGETS


def test_every_course_command_that_the_readme_names_exists():
    from course_lib.workshop.cli import app

    named = set(re.findall(r"(?:^|`|no_python )course ([a-z]+)", README, re.M))
    assert named == set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_somewhere(name):
    files = [
        target.partition("#")[0]
        for target in LINK.findall(re.sub(r"^```.*?^```", "", read(name), flags=re.M | re.S))
        if ":" not in target
    ]
    assert [file for file in files if file and not (REPOSITORY / file).exists()] == []


def test_the_picture_of_the_readme_is_the_map_that_a_lesson_shows():
    picture = (REPOSITORY / re.search(r"!\[[^\]]+\]\(([^)]+)\)", README)[1]).read_bytes()
    shown = [output for path in LESSON_FILES for cell, output in lesson_at(path).outputs if MAP in cell.source]
    pictures = [base64.b64decode(output.data["image/png"]) for output in shown if "image/png" in output.data]
    assert pictures == [picture], "run `make green`"


def test_the_tree_in_the_readme_names_what_exists_and_every_room():
    tree = re.search(r"## What is where\n\n```\n(.*?)```", README, re.S)[1]
    top, rooms, workshop = (set(re.findall(rf"^{indent}([\w.]+)", tree, re.M)) for indent in ("", "  ", "    "))
    assert [name for name in top if not (REPOSITORY / name).exists()] == []
    assert rooms == packages(LIBRARY)
    assert workshop >= packages(LIBRARY / "workshop")
    assert workshop <= {path.name for path in (LIBRARY / "workshop").iterdir()}


def packages(folder):
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def test_the_version_is_stated_alike():
    assert yaml.safe_load(read("CITATION.cff"))["version"] == course_lib.__version__, "run `make green`"
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.M)[1] == course_lib.__version__


def test_jupyter_finds_the_kernel_of_this_environment():
    kernel = KernelSpecManager().get_kernel_spec("python3")
    assert Path(kernel.resource_dir).is_relative_to(sys.prefix)


def test_the_python_in_the_readme_runs(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "this is the first book" in capsys.readouterr().out
