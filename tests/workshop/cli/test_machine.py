"""`course doctor`: each problem is found, and comes with what to do."""

import shutil
import subprocess
import sys

import pytest
import torch
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from packaging.requirements import Requirement

from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli import machine
from course_lib.workshop.cli.machine import Finding
from course_lib.workshop.cli.troubles import TROUBLES, troubles_page
from course_lib.workshop.convert.artifacts import ARTIFACTS
from tests.disks import each_full_disk
from tests.workshop.cli.conftest import course


@pytest.fixture
def shipped(trained, tmp_path, monkeypatch):
    """A folder of shipped models with one that is as it should be."""
    monkeypatch.setattr(machine, "MODELS", tmp_path)
    return shutil.copytree(trained[0], tmp_path / "translator")


def toy_world(split):
    """A little world of one sentence."""
    return [{"translation": {"pt": "um", "en": "one"}}]


def only(monkeypatch, *checks):
    monkeypatch.setattr(machine, "CHECKS", dict.fromkeys(checks, "memory"))


def test_a_machine_without_problems_is_told_so(monkeypatch, shipped):
    only(monkeypatch, machine.versions, machine.threads, machine.device, machine.models, machine.kernel)
    result = course("doctor")
    assert result.exit_code == 0, result.stdout
    assert result.stdout.endswith("\nAll is well.\n")


@pytest.mark.parametrize(("name", "said"), [("cpu", "cpu; lessons"), ("mps", "mps: it has no float64")])
def test_the_device_is_named_with_what_is_different_there(name, said, monkeypatch):
    monkeypatch.setattr(machine, "pick_device", lambda: torch.device(name))
    [finding] = machine.device()
    assert finding.text.startswith(said)
    assert finding.text.endswith("lessons compute on cpu")


def test_a_device_that_is_not_there_is_a_problem(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "warp")
    [finding] = machine.look(machine.device, machine.CHECKS[machine.device])
    assert 'COURSE_DEVICE is "warp"' in finding.text
    assert finding.advice.endswith("COURSE_DEVICE to cpu")


def test_every_dependency_of_the_package_is_looked_at():
    topics = {finding.topic for finding in machine.versions()}
    assert {"Python", "torch", "typer", "nbclient"} <= topics
    assert "pytest" not in topics


@pytest.mark.parametrize("version", ["2.5.1", "3.0.0", None])
def test_a_package_that_is_too_old_too_new_or_missing_is_a_problem(version):
    finding = machine.version_finding(Requirement("torch>=2.6,<3"), version, "install it")
    assert finding.advice == "install it"


def test_a_damaged_model_is_a_problem_and_the_exit_status_is_1(monkeypatch, shipped):
    only(monkeypatch, machine.models)
    weights = bytearray((shipped / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (shipped / "model.safetensors").write_bytes(weights)
    result = course("doctor")
    assert result.exit_code == 1
    assert "PROBLEM  models          translator: model.safetensors is not the file of its card" in result.stdout
    assert "-> in " in result.stdout
    assert "git checkout -- data/models" in result.stdout


def test_every_shipped_model_has_the_files_that_its_architecture_needs():
    findings = list(machine.models())
    assert findings
    assert not [finding.text for finding in findings if finding.advice]


def test_a_model_that_lacks_a_file_is_a_problem(shipped):
    (shipped / "tokenizer.json").unlink()
    (finding,) = machine.models()
    assert finding.text == "translator lacks tokenizer.json"
    assert finding.advice


def test_no_models_at_all_are_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "MODELS", tmp_path / "nothing")
    (finding,) = machine.models()
    assert finding.advice


def test_a_missing_kernel_is_a_problem(monkeypatch):
    def missing(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", missing)
    only(monkeypatch, machine.kernel)
    result = course("doctor")
    assert result.exit_code == 1
    assert "No such kernel named python3" in result.stdout
    assert "-> close other programs" in result.stdout


def test_the_kernel_of_another_python_is_a_problem(monkeypatch, tmp_path):
    monkeypatch.setattr(machine.sys, "prefix", str(tmp_path))
    (finding,) = machine.kernel()
    assert "ipykernel install --sys-prefix" in finding.advice


def test_more_threads_than_cores_are_a_problem(monkeypatch):
    monkeypatch.setattr(machine, "set_threads", lambda: 64)
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 2)
    (finding,) = machine.threads()
    assert finding == Finding("threads", "64 on 2 cores", finding.advice)
    assert "OMP_NUM_THREADS to 2 or less" in finding.advice


@pytest.mark.parametrize(("free", "is_problem"), [(0.5e9, True), (50e9, False)])
def test_a_full_disk_is_a_problem(free, is_problem, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "not" / "there" / "yet"))
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(60e9, 0, free))
    (finding,) = machine.disk()
    assert bool(finding.advice) == is_problem


def test_a_little_world_that_cannot_be_generated_is_a_problem(monkeypatch):
    def broken(source, split):
        raise OSError("no space left on device")

    monkeypatch.setattr("course_lib.data.load_translations", broken)
    (finding,) = machine.look(machine.data, "full disk")
    assert finding[:2] == ("data", "could not be checked: OSError: no space left on device")
    assert finding.advice.startswith("free some space")


def test_what_was_found_is_printed_before_the_next_check_begins():
    """One that kills the process, as pyarrow once did on a full disk, must not take the findings with it."""
    code = (
        "import os; from course_lib.workshop.cli import app, machine; "
        "machine.CHECKS = dict.fromkeys((machine.memory, os.abort), 'memory'); app(['doctor'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "memory" in result.stdout


def test_the_disk_is_looked_at_before_anything_is_generated():
    checks = list(machine.CHECKS)
    assert checks.index(machine.disk) < checks.index(machine.data)


@each_full_disk
def test_a_full_disk_is_answered_with_what_to_do(full_disk, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    monkeypatch.setattr("course_lib.data.translations.world_translations", toy_world)
    with full_disk():
        findings = list(machine.look(machine.data, "data"))
    assert [finding.advice.startswith("delete ") for finding in findings] == [True]
    assert "COURSE_CACHE to another folder" in findings[0].text
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_is_a_file_is_a_problem(monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    (finding,) = machine.disk()
    assert "is a file; set the environment variable COURSE_CACHE" in finding.advice


def test_an_odd_number_of_threads_is_a_problem(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    (finding,) = machine.look(machine.threads, "odd threads")
    assert finding == Finding("threads", finding.text, machine.advice("odd threads"))
    assert finding.text.startswith("the environment variable OMP_NUM_THREADS must be a number from 1 to 999, such as 2")


def test_what_was_fetched_is_told_and_no_problem_where_it_is_absent(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    [absent] = machine.look(machine.fetched, machine.CHECKS[machine.fetched])
    assert absent == Finding("fetched", "smollm2 is not here; course fetch smollm2 would bring it")
    artifact = ARTIFACTS["smollm2"]
    artifact.path.parent.mkdir()
    artifact.path.write_bytes(b"damaged")
    [damaged] = machine.look(machine.fetched, machine.CHECKS[machine.fetched])
    assert damaged.advice == "course fetch brings it again"
    monkeypatch.setattr("course_lib.workshop.convert.artifacts.sha256", lambda path: artifact.sha256)
    [here] = machine.look(machine.fetched, machine.CHECKS[machine.fetched])
    assert here.text.startswith("smollm2, ") and not here.advice


def test_the_page_of_troubles_tells_all_of_them_and_no_folder_of_this_machine():
    page = troubles_page()
    assert all(f"\n{sign}\n: " in page for sign, _ in TROUBLES.values())
    assert not any(place in page for place in (str(REPOSITORY), sys.executable, "{"))
