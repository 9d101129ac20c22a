"""What the log of a training says, and when."""

import time


class Meter:
    """Adds up what happened since the last record."""

    def __init__(self):
        self.started, self.loss, self.labels, self.tokens = time.monotonic(), 0.0, 0, 0

    def add(self, batch, loss):
        """Count a batch, with its loss summed over the predicted tokens."""
        self.loss += loss
        self.labels += batch.num_labels
        self.tokens += batch.num_tokens

    def read(self):
        """The mean loss per predicted token, in nats, and the useful tokens per second."""
        if not self.labels:
            return {}
        seconds = time.monotonic() - self.started
        return {"loss": round(self.loss / self.labels, 4), "tokens_per_second": round(self.tokens / seconds)}


def milestones_passed(before, after, count):
    """Whether one of `count` evenly spaced milestones, the last one at 1.0, lies in (before, after]."""
    return int(after * count + 1e-4) > int(before * count + 1e-4)  # 3/10 · 10 may come out a little below 3
