"""With how many pictures does a vision transformer catch up with a convolutional network?

Handwritten digits of 8 x 8 pixels, in patches of 2 x 2, as in the lesson on vision transformers. Each network is
trained for as many steps on 40 of them as on all, and is asked about the 500 that are kept for the test. The control
assumes nothing about pictures: fully connected layers, with about as many parameters as the convolutions.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from course_lib.data import ImageProcessor, picture_batches
from course_lib.evaluation import classify
from course_lib.models import Vit, VitConfig
from course_lib.objectives import Classification
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.study import Numbers, Study

COUNTS = 40, 120, 400, 1297
GRAY = ImageProcessor(size=None, mean=(0.5,), std=(0.5,))
SIZES = {"image_size": 8, "patch_size": 2, "num_channels": 1, "d_model": 64, "d_ff": 128, "num_layers": 2}


@lru_cache(maxsize=1)
def split_digits() -> list:
    """Pictures to train on and for the test, and their labels."""
    digits = load_digits()
    pictures = (digits.images * 255 / 16).astype(np.uint8)
    return train_test_split(pictures, digits.target, test_size=500, random_state=0, stratify=digits.target)


def new_vit() -> nn.Module:
    """A vision transformer of 69,194 parameters."""
    return Vit(VitConfig(classes=tuple("0123456789"), **SIZES))


def new_small_vit() -> nn.Module:
    """One of about the size of the convolutional network, 21,338 parameters."""
    return Vit(VitConfig(classes=tuple("0123456789"), **SIZES | {"d_model": 32, "d_ff": 88}))


def new_blind_vit() -> nn.Module:
    """The same without positions: their table is zero and stays so."""
    model = new_vit()
    nn.init.zeros_(model.tower.positions.table).requires_grad_(False)
    return model


def new_cnn() -> nn.Module:
    """Two convolutions, 3 x 3; after each, the largest of every 2 x 2 numbers is kept. 21,386 parameters."""
    first = nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(64 * 4, 10))


def new_mlp() -> nn.Module:
    """Two fully connected layers, for which the pixels have no order. 21,385 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 285), nn.ReLU(), nn.Linear(285, 10))


def measure(
    seed: int = 0,
    new_model: Callable[[], nn.Module] = new_vit,
    rate: float = 3e-3,
    counts: tuple[int, ...] = COUNTS,
    steps: int = 250,
) -> Numbers:
    """Percents of test digits that are read right, by the number of digits to train on."""
    train, test, train_labels, test_labels = split_digits()
    right = []
    for count in counts:
        batches = picture_batches(list(train[:count]), list(train_labels[:count]), GRAY, min(64, count), seed)
        model = fit(new_model(), batches, Classification(), steps, rate, seed)
        right.append(percent(classify(model, GRAY, list(test)) == torch.tensor(test_labels)))
    return {"right": right}


STUDY = Study(
    measure=measure,
    arms={
        "transformer": {},
        "without positions": {"new_model": new_blind_vit},
        "small transformer": {"new_model": new_small_vit},
        "transformer, lower rate": {"rate": 1e-3},
        "convolutions": {"new_model": new_cnn, "rate": 1e-3},
        "convolutions, higher rate": {"new_model": new_cnn},
        "fully connected": {"new_model": new_mlp, "rate": 1e-3},
        "fully connected, higher rate": {"new_model": new_mlp},
    },
    toy={"counts": (5, 7), "steps": 2},
)
