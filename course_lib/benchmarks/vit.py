"""Pictures per second of training a vision transformer: ours, and torchvision's of the same shape; 1.1 is wanted."""

from functools import partial

import numpy as np
from torch import nn

from course_lib.benchmarks.options import Options
from course_lib.benchmarks.rounds import Table, compare, take_turns
from course_lib.data import Batches, ImageProcessor, picture_batches
from course_lib.models import Vit, VitConfig
from course_lib.objectives import Classification
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PICTURES, BATCH_SIZE = 512, 64
CONFIG = VitConfig(classes=tuple("0123456789"), image_size=64, patch_size=8, d_model=128, d_ff=512, num_layers=4)


def measure(options: Options) -> Table:
    """Both see the same pictures in the same loop, with the same optimizer."""
    random = np.random.default_rng(0)
    pictures = list(random.integers(0, 256, (PICTURES, CONFIG.image_size, CONFIG.image_size, 3), dtype=np.uint8))
    labels = random.integers(len(CONFIG.classes), size=PICTURES).tolist()
    batches = picture_batches(pictures, labels, ImageProcessor(size=None), BATCH_SIZE)
    models = {"Vit": Vit(CONFIG), "torchvision VisionTransformer": torchvision_twin()}
    runs = {name: partial(rate, model, batches, options.seconds) for name, model in models.items()}
    return compare(take_turns(options.rounds, runs), "pictures_per_second")


def torchvision_twin() -> nn.Module:
    """Their model of the same shape."""
    from torchvision.models import VisionTransformer

    seed_everything(0)
    sizes = CONFIG.image_size, CONFIG.patch_size, CONFIG.num_layers, CONFIG.num_heads, CONFIG.d_model, CONFIG.d_ff
    return VisionTransformer(*sizes, num_classes=len(CONFIG.classes))


def rate(model: nn.Module, batches: Batches, seconds: float) -> float:
    """Train for `seconds`; the pictures per second."""
    plan = Plan(minutes=seconds / 60, evaluations=1)
    return Trainer(model, batches, Classification(), plan).train()[-1]["tokens_per_second"]
