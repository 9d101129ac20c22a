"""The share of this machine's matrix-multiplication peak (float32) that training reaches, evaluation left out."""

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from course_lib.models import Translator
from course_lib.runtime import pick_device
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race, speed_for
from course_lib.workshop.benchmarks.setting import Setting

SIZE = 2048
SAMPLE = 16  # batches whose operations are counted


def measure(options: Options) -> Table:
    """Training and bare multiplications take turns."""
    setting = Setting(options.source)
    model = setting.new_translator()
    per_token = gflop_per_token(model, setting)
    runs = {
        "training": lambda: per_token * setting.train(model, options.seconds),
        f"torch.mm of {SIZE} x {SIZE}": lambda: multiply(options.seconds / 3),
    }
    return race(options.rounds, "gflops", runs)


def gflop_per_token(model: Translator, setting: Setting) -> float:
    """Billions of operations in the multiplications of a forward and a backward pass, per useful token.

    The counter knows no operations of the fused attention on a CPU, so attention takes the explicit way here.
    """
    batches = [setting.batches.batch(indices) for indices in setting.batches.epoch(0)[:SAMPLE]]
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        for batch in batches:
            setting.objective(model, batch).total.backward()
    model.zero_grad()
    return counter.get_total_flops() / 1e9 / sum(batch.num_tokens for batch in batches)


def multiply(seconds: float) -> float:
    """Multiply two large matrices for `seconds`; the billions of operations per second."""
    a, b = torch.randn(2, SIZE, SIZE, device=pick_device())

    def step():
        torch.mm(a, b)[0, 0].item()  # waits for the device
        return 2 * SIZE**3 / 1e9

    return speed_for(seconds, step)
