"""`course bench`, and that each benchmark gives the rows it promises; how fast things are is not tested."""

import json
from dataclasses import replace

import pytest

from course_lib.cli import benchmarks
from course_lib.cli.benchmarks import Options
from tests.benchmarks import (
    bench_characters,
    bench_decoding,
    bench_peak,
    bench_pictures,
    bench_throughput,
    bench_training,
    bench_vit,
)
from tests.benchmarks.rounds import compare, take_turns
from tests.cli.conftest import course

MADE_UP = '''"""Counts to three.

More about it.
"""


def measure(options):
    return [{"name": options.source, "rounds": options.rounds, "ratio": 1.5}]
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one made-up benchmark."""
    (tmp_path / "bench_counting.py").write_text(MADE_UP)
    monkeypatch.setattr(benchmarks, "BENCHMARKS", tmp_path)
    return tmp_path


@pytest.fixture
def options(pairs, trained, tiny_recipe):
    """Settings of a split second."""
    return Options(source=str(pairs), model=str(trained[0]), minutes=0.005, rounds=1, seconds=0.05)


def test_bench_prints_the_machine_and_a_table(folder):
    result = course("bench", "--source", "world", "--rounds", "3")
    assert result.exit_code == 0
    assert "torch 2" in result.stdout.splitlines()[0]
    assert "counting: Counts to three.\n\nname   rounds  ratio\nworld       3   1.50\n" in result.stdout


def test_bench_prints_nothing_but_json_when_asked_for_json(folder):
    report = json.loads(course("bench", "--only", "counting", "--json").stdout)
    assert {"cpu", "cores", "threads", "device", "torch", "python", "source", "text", "model"} == set(report["setup"])
    assert report["benchmarks"] == {"counting": [{"name": "world", "rounds": 5, "ratio": 1.5}]}


def test_help_names_every_benchmark():
    said = course("bench", "--help").stdout
    assert [name for name in benchmarks.find_benchmarks() if f"\n  {name} " not in said] == []


def test_without_the_repository_bench_says_what_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmarks, "BENCHMARKS", tmp_path / "nothing")
    result = course("bench")
    assert result.exit_code == 2
    assert "expected a checkout" in result.stderr


def test_the_contestants_take_turns_after_one_round_that_does_not_count():
    turns = []
    results = take_turns(2, {name: lambda name=name: turns.append(name) or len(turns) for name in "ab"})
    assert turns == list("ababab")
    assert results == {"a": [3, 5], "b": [4, 6]}


def test_the_ratio_is_the_median_of_the_rounds_and_the_last_one_is_the_baseline():
    rows = compare({"fast": [2.0, 30.0, 4.0], "slow": [1.0, 10.0, 4.0]}, "speed")
    assert rows == [{"name": "fast", "speed": 4.0, "ratio": 2.0}, {"name": "slow", "speed": 4.0, "ratio": 1.0}]


@pytest.mark.parametrize(
    ("benchmark", "unit"),
    [
        (bench_throughput, "tokens_per_second"),
        (bench_decoding, "sentences_per_second"),
        (bench_peak, "gflops"),
        (bench_pictures, "pictures_per_second"),
        (bench_vit, "pictures_per_second"),
    ],
)
def test_a_rate_is_compared_with_that_of_a_baseline(benchmark, unit, options, monkeypatch):
    monkeypatch.setattr(bench_peak, "SIZE", 64)
    rows = benchmark.measure(options)
    assert all(set(row) == {"name", unit, "ratio"} and row[unit] > 0 for row in rows)
    assert rows[-1]["ratio"] == 1.0


def test_bleu_per_minute_is_reported_on_the_way_and_for_both_at_the_end(options):
    *way, recipe, textbook = bench_training.measure(options)
    assert way
    assert recipe["minutes"] == textbook["minutes"] == options.minutes
    assert all(set(row) == {"name", "minutes", "bleu", "bleu_per_minute", "ratio"} for row in [*way, recipe, textbook])


@pytest.mark.parametrize("single_file", [False, True], ids=["folder", "file"])
def test_a_text_is_learnt_by_both_models_and_their_loss_is_that_of_its_unseen_part(tmp_path, single_file, monkeypatch):
    monkeypatch.setattr(bench_characters, "SIZES", {"d_model": 14, "num_heads": 1, "num_layers": 1})
    monkeypatch.setattr(bench_characters, "PLAN", replace(bench_characters.PLAN, steps=2))
    train, held_out = "a dog slept. " * 90, "a cat ran.\n\n" * 13
    (tmp_path / "train.txt").write_text(train + held_out if single_file else train)
    (tmp_path / "validation.txt").write_text(held_out)
    text = tmp_path / "train.txt" if single_file else tmp_path
    ours, theirs = bench_characters.measure(Options(text=str(text), rounds=1))
    assert set(ours) == {"name", "steps_per_second", "ratio", "seconds", "held_out_loss"}
    assert theirs["ratio"] == 1.0
    assert all(0 < row["held_out_loss"] < 5 for row in (ours, theirs))


def test_the_last_tenth_of_a_file_is_held_out(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("0123456789" * 10)
    assert [len(part) for part in bench_characters.read(path)] == [90, 10]
