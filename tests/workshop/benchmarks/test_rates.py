"""The benchmarks that train and translate: each gives the rows it promises; how fast things are is not tested."""

import pytest

from course_lib.workshop.benchmarks import Options, decoding, peak, pictures, throughput, training


@pytest.fixture
def options(pairs, trained, tiny_recipe):
    """Settings of a split second."""
    return Options(source=str(pairs), model=str(trained[0]), minutes=0.005, rounds=1, seconds=0.05)


@pytest.mark.parametrize(
    ("benchmark", "unit"),
    [
        (throughput, "tokens_per_second"),
        (decoding, "sentences_per_second"),
        (peak, "gflops"),
        (pictures, "pictures_per_second"),
    ],
)
def test_a_rate_is_compared_with_that_of_a_baseline(benchmark, unit, options, monkeypatch):
    monkeypatch.setattr(peak, "SIZE", 64)
    rows = benchmark.measure(options)
    assert all(set(row) == {"name", unit, "ratio"} and row[unit] > 0 for row in rows)
    assert rows[-1]["ratio"] == 1.0


def test_bleu_per_minute_is_reported_on_the_way_and_for_both_at_the_end(options):
    *way, recipe, textbook = training.measure(options)
    assert way
    assert recipe["minutes"] == textbook["minutes"] == options.minutes
    assert all(set(row) == {"name", "minutes", "bleu", "bleu_per_minute", "ratio"} for row in [*way, recipe, textbook])
