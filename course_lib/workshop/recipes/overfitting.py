"""Whether a language model has learned its training texts by heart: the history of its training shows it."""

from collections.abc import Sequence
from math import log

Entry = dict[str, float]  # a line of the history of a `Trainer`


def best_step(history: Sequence[Entry]) -> Entry | None:
    """Return the entry with the lowest validation perplexity, or None if the history has no perplexities."""
    scored = [entry for entry in history if "perplexity" in entry]
    return min(scored, key=lambda entry: entry["perplexity"]) if scored else None


def overfitting(history: Sequence[Entry]) -> str | None:
    """Say so if the validation loss has risen since the best step while the training loss fell; otherwise None."""
    best, last = best_step(history), history[-1]
    if best is None or last["perplexity"] <= best["perplexity"] or not last["loss"] < best.get("loss", 0):
        return None
    return (
        f"The model overfits: from step {best['step']:,} to step {last['step']:,} the training loss fell from "
        f"{best['loss']} to {last['loss']}, but the validation loss rose from {log(best['perplexity']):.2f} to "
        f"{log(last['perplexity']):.2f}. It is best after about {best['step']:,} steps."
    )
