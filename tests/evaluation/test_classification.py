"""Classification: the share of right classes, by group."""

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Image, Value
from PIL import Image as Picture

from course_lib.data import ImageProcessor
from course_lib.evaluation import classify, evaluate_classifier

PROCESSOR = ImageProcessor(size=(5, 5))


class Brightness(torch.nn.Module):
    """Says class 1 for bright pictures, class 0 for dark ones."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, pixels):
        assert not self.training
        return torch.stack([-self.weight * pixels.mean((1, 2, 3)), pixels.mean((1, 2, 3))], dim=1)


def pictures(shades):
    return [Picture.fromarray(np.full((7, 9, 3), shade, dtype=np.uint8)) for shade in shades]


@pytest.mark.parametrize("batch_size", [1, 3, 250])
def test_classes_come_in_the_order_of_the_pictures(batch_size):
    model = Brightness().train()
    assert classify(model, PROCESSOR, pictures([0, 255, 10, 200, 190]), batch_size).tolist() == [0, 1, 0, 1, 1]
    assert model.training


def test_accuracy_is_in_percent_over_all_and_by_kind():
    features = {"image": Image(), "label": ClassLabel(names=["dark", "bright"]), "held_out": Value("string")}
    rows = Dataset.from_dict(
        {
            "image": pictures([0, 255, 10, 200]),
            "label": [0, 1, 1, 1],
            "held_out": ["scene", "scene", "combination", "scene"],
        },
        features=Features(features),
    )
    scores = evaluate_classifier(Brightness(), PROCESSOR, rows)
    assert {name: (score.pictures, score.accuracy) for name, score in scores.items()} == {
        "all": (4, 75.0),
        "scene": (3, 100.0),
        "combination": (1, 0.0),
    }
