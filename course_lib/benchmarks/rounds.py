"""Fair comparisons on a busy machine: the contestants take turns, and ratios are taken within a round."""

from collections.abc import Callable
from statistics import median

Row = dict[str, str | float | None]  # the value of each column
Table = list[Row]


def take_turns(rounds: int, runs: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Call each function of `runs` once to warm up, then A B A B ...; the list of results for each name."""
    for run in runs.values():
        run()
    results = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            results[name].append(run())
    return results


def compare(rates: dict[str, list[float]], unit: str) -> Table:
    """Rates (higher is faster) by name as rows of a table: the median, and the median ratio to the last name."""
    *_, baseline = rates.values()
    return [
        {"name": name, unit: median(values), "ratio": median(a / b for a, b in zip(values, baseline, strict=True))}
        for name, values in rates.items()
    ]
