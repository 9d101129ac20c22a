"""A training run on disk: one safetensors file that holds all it needs to go on as if nothing had happened."""

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
    """Where a run stands: steps, position in the data, seconds, the log so far, and the sums for its next entry."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    history: list = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)


class Checkpoint:
    """Saves and restores modules and an optimizer, with the `Progress` of the run.

    Random numbers need no place in it: the training draws them anew at each step, from the seed and the step.

    Args:
        path: the file; each save replaces it, whole or not at all.
        run: what the run is, in plain values; a checkpoint of another run is refused.
    """

    def __init__(self, path: Path, run: dict[str, object]):
        self.path, self.run = path, json.dumps(run, sort_keys=True)

    def exists(self) -> bool:
        """Return True if there is something to resume from."""
        return self.path.exists()

    def save(self, progress: Progress, modules: Mapping[str, nn.Module], optimizer: Optimizer) -> None:
        """Write everything; `modules` are known by their names."""
        tensors = {f"{name}.{key}": t for name, module in modules.items() for key, t in unique_tensors(module).items()}
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{key}": tensor for key, tensor in state.items()}
        write_tensors(self.path, tensors, {"run": self.run, "progress": json.dumps(asdict(progress))})

    def restore(self, modules: Mapping[str, nn.Module], optimizer: Optimizer) -> Progress:
        """Put the saved values into `modules` and `optimizer`, and return the `Progress`.

        All values are copied: a tensor that was read from the file keeps a memory map of it, and Windows doesn't
        replace a mapped file.

        Raises:
            CourseError: the file is damaged, lacks the optimizer or the progress, or belongs to another run; both runs
                are named.
        """
        tensors, metadata = read_tensors(self.path)
        if metadata.get("run") != self.run:
            raise CourseError(
                f"{self.path} belongs to another run: {metadata.get('run')}, not {self.run}; "
                "resume with its settings, or train into another folder"
            )
        places = {f"{name}.{key}": t for name, module in modules.items() for key, t in unique_tensors(module).items()}
        for name, place in places.items():
            if name not in tensors or tensors[name].shape != place.shape:
                raise CourseError(f"{self.path} belongs to another model: there is no {name} of {tuple(place.shape)}")
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
            raise CourseError(f"{self.path} is damaged: it lacks the optimizer; delete it to start again")
        optimizer.load_state_dict(state)
        return progress

    def _progress(self, metadata):
        try:
            values = json.loads(metadata["progress"])
            return Progress(**values | {"meter": Meter(**values["meter"])})
        except (KeyError, TypeError, ValueError) as error:
            raise CourseError(f"{self.path} is damaged: it lacks the progress; delete it to start again") from error
