"""Fair comparisons on a busy machine: the contestants take turns, and ratios are taken within a round."""

from statistics import median


def take_turns(rounds, runs):
    """Call each function of the dict `runs` once to warm up, then A B A B ...; the list of results for each name."""
    for run in runs.values():
        run()
    results = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            results[name].append(run())
    return results


def compare(rates, unit):
    """Rates (higher is faster) by name as rows of a table: the median, and the median ratio to the last name."""
    *_, baseline = rates.values()
    return [
        {"name": name, unit: median(values), "ratio": median(a / b for a, b in zip(values, baseline, strict=True))}
        for name, values in rates.items()
    ]
