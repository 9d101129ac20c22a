"""Killed at any step and started again, a run ends with the weights of one that was never interrupted, bit for bit."""

import os
import signal
import subprocess
import sys

import pytest
import torch

from course_lib.runtime import REPOSITORY
from tests.training.runs import STEPS, Recorded, is_same, trained_weights, trainer, untimed

pytestmark = pytest.mark.usefixtures("shapes_unchecked")

PARTS = 2
ONCE_PER_STEP, RARELY = STEPS, 2


def run_in(folder, saves, objective=None, model_seed=0):
    """The run of these tests; its evaluation draws random numbers, as a sampled translation would."""
    return trainer(
        folder=folder,
        objective=objective,
        model_seed=model_seed,
        saves=saves,
        accumulate=PARTS,
        evaluate=lambda model: {"rng": torch.rand(1).item()},
    )


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """For each number of saves the weights at the end."""
    return {
        saves: trained_weights(run_in(tmp_path_factory.mktemp("whole"), saves)) for saves in (ONCE_PER_STEP, RARELY)
    }


def killed_in_part(number):
    """An objective that fails in the middle of a step, when one part of the batch has been computed."""

    def before(call):
        if call == number:
            raise KeyboardInterrupt

    return Recorded(before)


ENDS = [(0, ONCE_PER_STEP), (1, ONCE_PER_STEP), (8, ONCE_PER_STEP)]  # the first two steps, and the last
BESIDE_A_RARE_SAVE = [(4, RARELY), (5, RARELY)]
OTHERS = [(4, ONCE_PER_STEP), (5, ONCE_PER_STEP), (0, RARELY), (1, RARELY), (8, RARELY)]


@pytest.mark.parametrize(
    ("step", "saves"), [*ENDS, *BESIDE_A_RARE_SAVE, *(pytest.param(*kill, marks=pytest.mark.slow) for kill in OTHERS)]
)
def test_a_run_killed_in_a_step_ends_with_the_same_weights(step, saves, uninterrupted, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_in(tmp_path, saves, killed_in_part(PARTS * step + 1)).train()
    saved = (tmp_path / "checkpoint.safetensors").exists()
    assert saved == (int(step / STEPS * saves) > 0)

    torch.manual_seed(99)  # the new process has other random numbers, and other first weights if it finds its own
    rest = Recorded()
    assert is_same(trained_weights(run_in(tmp_path, saves, rest, model_seed=7 * saved)), uninterrupted[saves])
    last_save = -(-int(step / STEPS * saves) * STEPS // saves)
    assert len(rest.losses) == PARTS * (STEPS - last_save)


def test_a_run_killed_again_and_again_ends_with_the_same_weights_and_the_whole_history(uninterrupted, tmp_path):
    for _ in range(STEPS - 1):
        with pytest.raises(KeyboardInterrupt):
            run_in(tmp_path, ONCE_PER_STEP, killed_in_part(PARTS)).train()
    run = run_in(tmp_path, ONCE_PER_STEP)
    assert is_same(trained_weights(run), uninterrupted[ONCE_PER_STEP])
    assert [entry["step"] for entry in run.progress.history] == [0, 3, 6, 9]


@pytest.mark.parametrize("step", [1, 4, 5, 8])
def test_a_resumed_training_logs_the_same_history(step, tmp_path):
    whole, killed, resumed = (
        run_in(tmp_path / name, ONCE_PER_STEP, objective)
        for name, objective in (("whole", None), ("parts", killed_in_part(PARTS * step + 1)), ("parts", None))
    )
    history = whole.train()
    with pytest.raises(KeyboardInterrupt):
        killed.train()
    assert untimed(resumed.train()) == untimed(history)
    assert all(entry["tokens_per_second"] > 0 for entry in resumed.progress.history[1:])


KILLED_WHILE_SAVING = """
import os, signal, sys
from tests.training.test_resume import ONCE_PER_STEP, run_in

saved = 0

def die_at_the_fifth_save(file):
    global saved
    saved += 1
    if saved == 5:
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = die_at_the_fifth_save
run_in(sys.argv[1], ONCE_PER_STEP).train()
"""


@pytest.mark.slow  # a process of its own
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_process_killed_while_saving_leaves_the_checkpoint_before_and_ends_with_the_same_weights(
    uninterrupted, tmp_path
):
    run = subprocess.run([sys.executable, "-c", KILLED_WHILE_SAVING, tmp_path], cwd=REPOSITORY, check=False)
    assert run.returncode == -signal.SIGKILL
    rest = Recorded()
    assert is_same(trained_weights(run_in(tmp_path, ONCE_PER_STEP, rest)), uninterrupted[ONCE_PER_STEP])
    assert len(rest.losses) == PARTS * (STEPS - 4)
