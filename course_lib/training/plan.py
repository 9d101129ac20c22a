"""The hyperparameters of a training run, except those of the model, the data, and the objective."""

from dataclasses import asdict, dataclass

from course_lib.errors import CourseError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The budget and the hyperparameters of a training run.

    With a budget in steps, a run always ends with the same weights, even if it is interrupted and resumed. With a
    budget in minutes, the number of steps depends on the speed of the machine.

    Args:
        steps: the budget in steps. Set either `steps` or `minutes`.
        minutes: the budget in minutes.
        learning_rate: the peak learning rate. The rate rises linearly during warmup, then falls linearly to zero.
        warmup: the fraction of the budget used for warmup. With warmup, the first step has a learning rate of 0, so it
            only initializes the optimizer's averages.
        weight_decay: the weight decay of AdamW, for every parameter, including norms, biases, and embeddings.
        betas: the decay rates of AdamW's averages.
        clip_norm: the maximum norm of the gradient. Larger gradients are scaled down.
        average: the decay rate of a running average of the weights, which replaces the weights after training. Default:
            0, which keeps the last weights.
        accumulate: the number of parts into which each batch is split, to compute them one after the other (gradient
            accumulation).
        precision: "no" computes in the precision of the weights; "bf16" uses torch's autocast. "fp16" is not supported,
            because its gradients would need scaling.
        evaluations: the number of evaluations, spread evenly over the budget (at most one per step).
        saves: the number of checkpoints, spread evenly over the budget (at most one per step).
        seed: the seed for random numbers such as those of dropout.

    Raises:
        CourseError: a value is out of range.
    """

    steps: int | None = None
    minutes: float | None = None
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = 1.0
    average: float = 0.0
    accumulate: int = 1
    precision: str = "no"
    evaluations: int = 10
    saves: int = 10
    seed: int = 0

    def __post_init__(self):
        budgets = [budget for budget in (self.steps, self.minutes) if budget is not None]
        if len(budgets) != 1 or budgets[0] <= 0:
            raise CourseError(
                f"a plan must have either steps or minutes greater than 0, got {self.steps} and {self.minutes}"
            )
        if not (0 <= self.warmup < 1 and 0 <= self.average < 1 and self.accumulate >= 1):
            raise CourseError(
                "warmup and average must be at least 0 and less than 1, and accumulate must be 1 or more, "
                f"got {self.warmup}, {self.average}, and {self.accumulate}"
            )

        if self.precision not in ("no", "bf16"):
            raise CourseError(f'precision must be "no" or "bf16", got {self.precision!r}')

    def progress(self, step: int, seconds: float) -> float:
        """Return the fraction of the budget that is used up after `step` steps and `seconds` seconds.

        Training ends when this fraction reaches 1.0.
        """
        return min(1.0, step / self.steps if self.minutes is None else seconds / (60 * self.minutes))

    def rate(self, progress: float) -> float:
        """Return the learning rate at `progress`, which is the fraction of the budget that is used up, from 0 to 1."""
        rise = progress / self.warmup if self.warmup else 1.0
        return self.learning_rate * min(rise, (1 - progress) / (1 - self.warmup))

    def as_dict(self) -> dict[str, object]:
        """Return the plan as a dict of plain values, for model cards and checkpoints."""
        return asdict(self)
