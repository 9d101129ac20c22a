"""What the log of a training says, and when."""

import time

from course_lib.data.rows import Rows


class Meter:
    """Adds up what happened since the last record."""

    def __init__(self):
        self.started, self.loss, self.labels, self.tokens = time.monotonic(), 0.0, 0, 0

    def add(self, batch: Rows, loss: float) -> None:
        """Count a batch, with its loss summed over the predicted tokens."""
        self.loss += loss
        self.labels += batch.num_labels
        self.tokens += batch.num_tokens

    def read(self) -> dict[str, float]:
        """The mean loss per predicted token, in nats, and the useful tokens per second."""
        if not self.labels:
            return {}
        seconds = time.monotonic() - self.started
        return {"loss": round(self.loss / self.labels, 4), "tokens_per_second": round(self.tokens / seconds)}


def milestones_passed(before: float, after: float, count: int) -> bool:
    """Whether one of `count` evenly spaced milestones, the last one at 1.0, lies in (before, after]."""
    return int(after * count + 1e-4) > int(before * count + 1e-4)  # 3/10 · 10 may come out a little below 3
