"""Checkpoints of training runs, which are safetensors files with everything needed to resume a run exactly."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import nn
from torch.optim import Optimizer

from course_lib.errors import CourseError
from course_lib.files import read_tensors, write_tensors
from course_lib.models.base import unique_tensors
from course_lib.training.log import Meter


@dataclass
class Progress:
    """The progress of a training run.

    Args:
        step: the number of updates so far.
        epoch, batch: the position in the data, as the current epoch and the number of batches taken from it.
        seconds: the training time so far.
        history: the entries of the log.
        meter: the sums for the next entry of the log.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    history: list = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)


class Checkpoint:
    """A file that stores the modules, the optimizer, and the `Progress` of a run.

    It does not store the random number generators, because the training loop seeds them at each step.

    Args:
        path: the file. Each save replaces it atomically.
        run: a description of the run in plain values. A checkpoint can only be restored into a run with the same
            description.
    """

    def __init__(self, path: Path, run: dict[str, object]):
        self.path, self.run = path, json.dumps(run, sort_keys=True)

    def exists(self) -> bool:
        """Return True if there is a checkpoint from which the run can resume."""
        return self.path.exists()

    def save(self, progress: Progress, modules: Mapping[str, nn.Module], optimizer: Optimizer) -> None:
        """Write the checkpoint. In the file, each module is identified by its key in `modules`."""
        tensors = {f"{name}.{key}": t for name, module in modules.items() for key, t in unique_tensors(module).items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": tensor for key, tensor in state.items()}
        write_tensors(self.path, tensors, {"run": self.run, "progress": json.dumps(asdict(progress))})

    def restore(self, modules: Mapping[str, nn.Module], optimizer: Optimizer) -> Progress:
        """Load the saved values into `modules` and `optimizer`, and return the saved `Progress`.

        All values are copied. Otherwise the tensors would keep the file mapped into memory, and Windows can't replace a
        mapped file.

        Raises:
            CourseError: the file is damaged or incomplete, or it belongs to another run or model.
        """
        tensors, metadata = read_tensors(self.path)
        if metadata.get("run") != self.run:
            raise CourseError(
                f"{self.path} belongs to another run: {metadata.get('run')}, not {self.run}; "
                "resume with its settings, or use another folder for the new run"
            )
        places = {f"{name}.{key}": t for name, module in modules.items() for key, t in unique_tensors(module).items()}
        for name, place in places.items():
            if name not in tensors or tensors[name].shape != place.shape:
                raise CourseError(
                    f"{self.path} belongs to another model: it has no {name} of shape {tuple(place.shape)}; "
                    "resume with its model, or use another folder for the new run"
                )
            place.data.copy_(tensors[name])
        state = optimizer.state_dict()
        state["state"] = {}
        for name, tensor in tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "optimizer":
                index, _, key = rest.partition(".")
                state["state"].setdefault(int(index), {})[key] = tensor.clone()
        progress = self._progress(metadata)
        if progress.step and not state["state"]:
            raise CourseError(
                f"{self.path} is damaged: the optimizer's state is missing; delete the file to start again"
            )
        optimizer.load_state_dict(state)
        return progress

    def _progress(self, metadata):
        try:
            values = json.loads(metadata["progress"])
            return Progress(**values | {"meter": Meter(**values["meter"])})
        except (KeyError, TypeError, ValueError) as error:
            raise CourseError(
                f"{self.path} is damaged: the progress is missing; delete the file to start again"
            ) from error
