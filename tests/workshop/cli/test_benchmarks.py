"""`course bench` with a made-up benchmark."""

import json
import sys
from types import ModuleType

import pytest

from course_lib.workshop.benchmarks import options
from tests.workshop.cli.conftest import course


@pytest.fixture
def counting(monkeypatch):
    """The only benchmark: "counting"."""
    module = ModuleType("counting", "Counts to three.\n\nMore about it.")
    module.measure = lambda options: [{"name": options.source, "rounds": options.rounds, "ratio": 1.5}]
    monkeypatch.setitem(sys.modules, "course_lib.workshop.benchmarks.counting", module)
    monkeypatch.setattr(options, "NAMES", ("counting",))


def test_bench_prints_the_machine_and_a_table(counting):
    result = course("bench", "--source", "world", "--rounds", "3")
    assert result.exit_code == 0
    assert "torch " in result.stdout.splitlines()[0]
    assert "counting: Counts to three.\n\nname   rounds  ratio\nworld       3   1.50\n" in result.stdout


def test_bench_prints_nothing_but_json_when_asked_for_json(counting):
    report = json.loads(course("bench", "--only", "counting", "--json").stdout)
    assert {"cpu", "threads", "torch", "source"} <= set(report["setup"])
    assert report["benchmarks"] == {"counting": [{"name": "world", "rounds": 5, "ratio": 1.5}]}


def test_help_names_every_benchmark():
    said = course("bench", "--help").stdout
    assert [name for name in options.NAMES if f"\n  {name} " not in said] == []
