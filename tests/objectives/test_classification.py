"""Classification: the cross-entropy of the right class."""

import torch

from course_lib.data import PictureBatch
from course_lib.objectives import Classification
from tests.models.tiny import IMAGE_SIZE, tiny_vit


def test_the_loss_is_the_cross_entropy_of_the_labels_class_0_included():
    model, pixels, labels = tiny_vit(), torch.randn(3, 3, IMAGE_SIZE, IMAGE_SIZE), torch.tensor([0, 4, 2])
    loss = Classification()(model, PictureBatch(pixels=pixels, labels=labels))
    assert loss.count == 3
    torch.testing.assert_close(loss.mean, torch.nn.functional.cross_entropy(model(pixels), labels))
    smoothed = Classification(label_smoothing=0.1)(model, PictureBatch(pixels=pixels, labels=labels))
    expected = torch.nn.functional.cross_entropy(model(pixels), labels, label_smoothing=0.1)
    torch.testing.assert_close(smoothed.mean, expected)
