"""The training loop of the course, which works with any objective and any source of batches."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import broadcast
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from course_lib.data.batches import BatchSource
from course_lib.data.rows import Rows
from course_lib.errors import CourseError
from course_lib.objectives import Objective
from course_lib.runtime import launch_explained
from course_lib.training.checkpoint import Checkpoint, Progress
from course_lib.training.log import Meter, milestones_passed
from course_lib.training.plan import Plan


class Trainer:
    """A training loop that follows a `Plan`, on one device or, under `accelerate launch`, on several devices.

    Each global batch is split into one part per process and accumulation step. The losses of the parts are summed and
    divided by the number of predicted tokens in the whole batch, so the gradients don't depend on the split. There are
    two exceptions. An objective that compares the rows of a batch only sees the rows of its own process. Such an
    objective can't be used with gradient accumulation. The auxiliary losses of `WithAuxiliary`, such as load balancing,
    are computed for each part separately.

    Training does not change the state of torch's global random number generators.

    Args:
        model: the model to train in place, on its current device. With several processes, this must be the device that
            `pick_device` returns.
        batches: the training data. Each batch has `num_labels` and `num_tokens`.
        objective: a function that computes the loss of the model on a part of a batch.
        plan: the hyperparameters of the run.
        evaluate: a function that computes scores of the model. It is called once at the start, so that its errors show
            early, and then `plan.evaluations` times.
        folder: the folder for `checkpoint.safetensors`. If it contains a checkpoint of the same run, the run resumes
            from this checkpoint. If the budget of the plan is in steps, the final weights are then bit for bit those of
            an uninterrupted run, and the history differs only in its times.
        description: a description of the run in plain values, which is stored in the checkpoint together with the plan.
        report: a function that is called with each line of the log, in the main process only.

    Raises:
        CourseError: the plan splits batches that the objective needs whole; the model is not on the device of its
            process; or `$LOCAL_RANK` is set but the other variables of a distributed launch are not.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: BatchSource,
        objective: Objective,
        plan: Plan,
        *,
        evaluate: Callable[[nn.Module], dict[str, float]] | None = None,
        folder: Path | str | None = None,
        description: dict[str, object] | None = None,
        report: Callable[[str], object] | None = None,
    ):
        self.batches, self.objective, self.plan = batches, objective, plan
        self.evaluate = evaluate or (lambda model: {})
        with launch_explained():
            self.accelerator = Accelerator(mixed_precision="no", device_placement=False)  # this class does both
        self.report = report if report and self.accelerator.is_main_process else lambda line: None
        self.plain_model, self.device = model, next(model.parameters()).device
        self._check()
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=plan.learning_rate, betas=plan.betas, weight_decay=plan.weight_decay, fused=True
        )
        self.model = self.accelerator.prepare(model)
        self.average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(plan.average)) if plan.average else None
        self.progress = Progress()
        run = {"plan": plan.as_dict(), **(description or {})}
        self.checkpoint = Checkpoint(Path(folder) / "checkpoint.safetensors", run) if folder else None

    def _check(self):
        if self.plan.accumulate > 1 and getattr(self.objective, "compares_rows", False):
            raise CourseError(
                f"{type(self.objective).__name__} compares the rows of a batch, so it needs accumulate=1, got "
                f"{self.plan.accumulate}; use smaller batches instead"
            )
        ours = torch.empty(0, device=self.accelerator.device).device
        if self.accelerator.num_processes > 1 and self.device != ours:
            raise CourseError(f"the model must be on {ours}, got {self.device}; use model.to(pick_device())")

    def train(self) -> list[dict[str, float]]:
        """Train the model until the plan's budget is used up, and return the history.

        The history has one entry for the start and one for each evaluation.

        Raises:
            CourseError: the loss is NaN or infinite, or the checkpoint is damaged or belongs to another run.
        """
        cards = [] if self.device.type == "cpu" else [self.device]
        with torch.random.fork_rng(cards, device_type=self.device.type):
            return self._train()

    def _train(self):
        if self.checkpoint and self.checkpoint.exists():
            self.progress = self.checkpoint.restore(self._modules(), self.optimizer)
            self.report(f"resumed at step {self.progress.step}")
        progress = self.progress
        self.plain_model.train()
        started = time.monotonic() - progress.seconds
        done = self._share_done(started)
        if progress.step == 0:
            self._record(started)
        batches, due = stream(self.batches, progress), False
        with tqdm(total=100, unit="%", leave=False, disable=None if self.accelerator.is_main_process else True) as bar:
            while done < 1.0:
                batch, again = next(batches)
                progress.meter.add(batch, self._step(batch, self.plan.rate(done)))
                before, done = done, self._share_done(started)
                bar.update(int(100 * done) - bar.n)
                if milestones_passed(before, done, self.plan.evaluations):
                    self._record(started)
                due = due or milestones_passed(before, done, self.plan.saves)
                # While a batch is being reused, we don't save, because it can't be sampled again.
                if self.checkpoint and due and (not again or done >= 1.0):
                    self._save()
                    due = False
        if self.average:
            self.plain_model.load_state_dict(self.average.module.state_dict())
        return progress.history

    def _step(self, batch, rate):
        """Update the weights once from one global batch, and return its loss, summed over the predicted tokens."""
        ranks, rank = self.accelerator.num_processes, self.accelerator.process_index
        parts = [batch.shard(i, ranks * self.plan.accumulate) for i in range(rank, ranks * self.plan.accumulate, ranks)]
        # This seeds dropout. `torch.manual_seed` is slow, so we call the CPU's generator directly where we can.
        rng = torch.default_generator if self.device.type == "cpu" else torch
        rng.manual_seed((self.plan.seed * 1_000_003 + self.progress.step) * 1_009 + rank)
        total = torch.zeros((), device=self.device)
        for i, part in enumerate(parts):
            wait = self.accelerator.no_sync(self.model) if i + 1 < len(parts) else contextlib.nullcontext()
            with wait, self._precision():
                loss = self.objective(self.model, part.to(self.device))
                # The gradients are averaged over processes later, so we multiply by the number of processes.
                self.accelerator.backward(loss.total * ranks / batch.num_labels)
            total += loss.total.detach()
        total = float(self.accelerator.reduce(total))
        if not math.isfinite(total):
            raise CourseError(f"the loss became {total} at step {self.progress.step}; try a lower learning rate")
        self._update(rate)
        return total

    def _precision(self):
        if self.plan.precision == "no":
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def _update(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.nn.utils.clip_grad_norm_(self.plain_model.parameters(), self.plan.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.progress.step += 1
        if self.average:
            self.average.update_parameters(self.plain_model)

    def _share_done(self, started):
        """Return the fraction of the budget that is used up. It is the same on every process."""
        self.progress.seconds = time.monotonic() - started
        share = self.plan.progress(self.progress.step, self.progress.seconds)
        return float(broadcast(torch.tensor(share, device=self.device)))

    def _record(self, started):
        """Evaluate the model, add an entry to the history and the log, and reset the sums for the next entry."""
        if self.accelerator.is_main_process:
            self._evaluate()
        self.progress.seconds = time.monotonic() - started
        self.progress.meter = Meter(self.progress.seconds)

    def _evaluate(self):
        model = self.average.module if self.average and self.progress.step else self.plain_model
        model.eval()
        with torch.no_grad():
            scores = self.evaluate(model)
        self.plain_model.train()
        scores = {name: round(score, 2) for name, score in scores.items()}
        step, seconds = self.progress.step, self.progress.seconds
        entry = {"step": step, "seconds": round(seconds, 1), **self.progress.meter.read(seconds), **scores}
        self.progress.history.append(entry)
        self.report("  ".join(f"{key} {value:,}" for key, value in entry.items()))

    def _save(self):
        if self.accelerator.is_main_process:
            self.checkpoint.save(self.progress, self._modules(), self.optimizer)
        self.accelerator.wait_for_everyone()

    def _modules(self):
        return {"model": self.plain_model} | ({"average": self.average} if self.average else {})


def stream(batches: BatchSource, progress: Progress) -> Iterator[tuple[Rows, bool]]:
    """Yield global batches forever, epoch after epoch, and update the position in the data in `progress`.

    Each batch comes with a flag that is True if the next batch is the same one, because some sources reuse a batch
    several times in a row.
    """
    while True:
        order = batches.epoch(progress.epoch)
        while progress.batch < len(order):
            item, following = order[progress.batch], order[progress.batch + 1 : progress.batch + 2]
            progress.batch += 1
            yield batches.batch(item), following == [item]
        progress.epoch, progress.batch = progress.epoch + 1, 0
