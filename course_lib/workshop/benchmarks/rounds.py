"""Fair comparisons on a busy machine: the contestants take turns, and ratios are taken within a round."""

import time
from collections.abc import Callable
from statistics import median

Row = dict[str, str | float | None]  # the value of each column
Table = list[Row]


def race(rounds: int, unit: str, runs: dict[str, Callable[[], float]]) -> Table:
    """Let contestants take turns, and compare their rates with the last one's."""
    return compare(take_turns(rounds, runs), unit)


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


def speed(amount: float, run: Callable[[], object]) -> float:
    """How much per second, if one call of `run` does so much."""
    started = time.perf_counter()
    run()
    return amount / (time.perf_counter() - started)


def speed_for(seconds: float, step: Callable[[], float], clock: Callable[[], float] = time.perf_counter) -> float:
    """How much per second, if `step` is called for so long, once at least, and returns how much it has done."""
    done, started = 0, clock()
    while (passed := clock() - started) < seconds or not done:
        done += step()
    return done / passed
