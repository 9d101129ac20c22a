"""Two processes train to the losses of one: each gets its part of every batch, and together they are the batch."""

import json
import os
import subprocess
import sys

import pytest
import torch

from course_lib.files import read_tensors, write_json, write_tensors
from course_lib.runtime import REPOSITORY
from tests.training.runs import STEPS, Recorded, trained_weights, trainer

PROCESSES = 2
# With --cpu, accelerate leaves it to MPI to start more than one process. So it is told about several cards here,
# and, by an environment variable, to use the CPU in their place.
LAUNCH = ["-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", str(PROCESSES)]
ANY_FREE_PORT = ["--main_process_port", "0"]


def train_and_write(folder):
    """Train, and write the losses of this process to `folder`, and the weights once."""
    objective = Recorded()
    run = trainer(dropout=0.0, accumulate=2, learning_rate=1e-3, folder=folder, objective=objective)
    weights = trained_weights(run)
    write_json(f"{folder}/losses_{run.accelerator.process_index}.json", [objective.losses, objective.counts])
    if run.accelerator.is_main_process:
        write_tensors(f"{folder}/weights.safetensors", weights)


def losses_by_step(folder, processes):
    """Losses and tokens of each step, summed over the parts and the processes."""
    parts = [json.loads((folder / f"losses_{i}.json").read_text()) for i in range(processes)]
    return torch.tensor(parts).unflatten(-1, (STEPS, -1)).sum(dim=(0, -1))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="several processes are not tried on Windows")
def test_two_processes_train_to_the_losses_and_weights_of_one(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    train_and_write(one)
    run = subprocess.run(
        [sys.executable, *LAUNCH, *ANY_FREE_PORT, "-m", "tests.training.test_processes", two],
        cwd=REPOSITORY,
        env=os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    losses, counts = losses_by_step(two, PROCESSES)
    expected, expected_counts = losses_by_step(one, 1)
    torch.testing.assert_close(losses / counts, expected / expected_counts, rtol=0, atol=1e-4)
    assert torch.equal(counts, expected_counts)
    assert sorted(file.name for file in two.iterdir()) == [
        "checkpoint.safetensors",
        "losses_0.json",
        "losses_1.json",
        "weights.safetensors",
    ]
    weights, _ = read_tensors(two / "weights.safetensors")
    expected, _ = read_tensors(one / "weights.safetensors")
    torch.testing.assert_close(weights, expected, rtol=0, atol=1e-3)


if __name__ == "__main__":
    train_and_write(sys.argv[1])
