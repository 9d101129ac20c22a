"""How long to train and how fast to learn: everything about a training run that is not model, data or objective."""

from dataclasses import asdict, dataclass

from course_lib.errors import CourseError


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of a training run.

    Exactly one of `steps` and `minutes` is its budget. A plan in steps gives the same weights each time, also when
    it is interrupted and resumed; a plan in minutes does as many steps as the machine manages.

    `learning_rate` is the peak: it rises linearly over the first `warmup` share of the budget and falls linearly to
    zero at the end. `accumulate` cuts each batch into so many parts that are computed one after the other.
    In the very first step it is 0, if there is a warmup: the optimizer's averages get their start.
    `average`: decay of the running average of the weights, which training returns; 0 keeps the last weights.
    `precision`: "no" computes in that of the weights; with "bf16", torch's autocast chooses the operations that are fit
    for bfloat16, and the weights stay as they are. There is no "fp16", whose gradients would have to be scaled.
    `weight_decay` pulls at every parameter, norms, biases and embeddings as well.
    `evaluations` and `saves` are spread evenly over the budget; fewer steps than that have one after each.

    Raises:
        CourseError: a value that no training could follow; it names it.
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
            raise CourseError(f"a plan needs steps or minutes, one of them, above 0; got {self.steps}, {self.minutes}")
        if not (0 <= self.warmup < 1 and 0 <= self.average < 1 and self.accumulate >= 1):
            raise CourseError(
                "a plan needs warmup and average from 0 to below 1 and accumulate of 1 or more; "
                f"got {self.warmup}, {self.average}, {self.accumulate}"
            )

        if self.precision not in ("no", "bf16"):
            raise CourseError(f'a plan has the precision "no" or "bf16"; got {self.precision!r}')

    def progress(self, step: int, seconds: float) -> float:
        """The share of the budget that is used after `step` steps and `seconds` seconds; 1.0 ends the training."""
        return min(1.0, step / self.steps if self.minutes is None else seconds / (60 * self.minutes))

    def rate(self, progress: float) -> float:
        """The learning rate at `progress` (0 to 1)."""
        rise = progress / self.warmup if self.warmup else 1.0
        return self.learning_rate * min(rise, (1 - progress) / (1 - self.warmup))

    def as_dict(self) -> dict[str, object]:
        """The plan as plain values, for cards and checkpoints."""
        return asdict(self)
