"""Helpers for the log of a training run: the sums for its entries, and the times at which entries are added."""

from dataclasses import dataclass

from course_lib.data.rows import Rows


@dataclass
class Meter:
    """Sums over the batches since the last log entry.

    Args:
        started: the training time before the first of these batches, in seconds.
        loss: the sum of the losses of all predicted tokens.
        labels: the number of predicted tokens.
        tokens: the number of useful tokens, which excludes padding.
    """

    started: float = 0.0
    loss: float = 0.0
    labels: int = 0
    tokens: int = 0

    def add(self, batch: Rows, loss: float) -> None:
        """Add a batch to the sums. Its `loss` is summed over the predicted tokens."""
        self.loss += loss
        self.labels += batch.num_labels
        self.tokens += batch.num_tokens

    def read(self, seconds: float) -> dict[str, float]:
        """Return the mean loss per predicted token, in nats, and the number of useful tokens per second.

        Before the first batch, the dict is empty.

        Args:
            seconds: the training time after the last of the batches, in seconds.
        """
        if not self.labels:
            return {}
        rate = self.tokens / (seconds - self.started)
        return {"loss": round(self.loss / self.labels, 4), "tokens_per_second": round(rate)}


def milestones_passed(before: float, after: float, count: int) -> bool:
    """Return True if training passes a milestone when its progress rises from `before` to `after`.

    There are `count` evenly spaced milestones, and the last one is at 1.0. A milestone at `after` counts as passed now,
    and a milestone at `before` was passed earlier.
    """
    # We add 1e-4 because 3/10 · 10 can be slightly below 3 in floating point.
    return int(after * count + 1e-4) > int(before * count + 1e-4)
