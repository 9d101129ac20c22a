"""The log of a training run: its numbers, and the steps at which they are recorded."""

from dataclasses import dataclass

from course_lib.data.rows import Rows


@dataclass
class Meter:
    """Sums over the batches since the last log entry.

    Args:
        started: the training time before the first of these batches, in seconds.
        loss: the sum of the losses of all predicted tokens.
        labels: the number of predicted tokens.
        tokens: the number of useful tokens.
    """

    started: float = 0.0
    loss: float = 0.0
    labels: int = 0
    tokens: int = 0

    def add(self, batch: Rows, loss: float) -> None:
        """Add a batch, with its loss summed over the predicted tokens."""
        self.loss += loss
        self.labels += batch.num_labels
        self.tokens += batch.num_tokens

    def read(self, seconds: float) -> dict[str, float]:
        """Return the mean loss per predicted token, in nats, and the useful tokens per second.

        Args:
            seconds: the training time after the last of the batches, in seconds.
        """
        if not self.labels:
            return {}
        rate = self.tokens / (seconds - self.started)
        return {"loss": round(self.loss / self.labels, 4), "tokens_per_second": round(rate)}


def milestones_passed(before: float, after: float, count: int) -> bool:
    """Return True if one of `count` evenly spaced milestones, the last one at 1.0, is in (before, after]."""
    return int(after * count + 1e-4) > int(before * count + 1e-4)  # 3/10 · 10 can be slightly below 3 in floating point
