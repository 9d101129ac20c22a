"""The contrastive losses: equal to open_clip's and transformers', and fair to captions that are there twice."""

import math

import pytest
import torch
from open_clip.loss import ClipLoss, SigLipLoss
from transformers.models.clip.modeling_clip import image_text_contrastive_loss

from course_lib.data import CaptionBatch
from course_lib.objectives import Contrastive, contrastive, same_rows, sigmoid_contrastive
from tests.models.tiny import IMAGE_SIZE, tiny_clip
from tests.parity import assert_near, assert_same_function

B, J, SCALE = 7, 5, 11.0
each_loss = pytest.mark.parametrize("loss", [contrastive, sigmoid_contrastive])


@pytest.mark.parametrize(
    ("ours", "theirs", "bias"),
    [(contrastive, ClipLoss(), 0.0), (sigmoid_contrastive, SigLipLoss(), -3.0)],
    ids=["softmax", "sigmoid"],
)
def test_the_loss_and_its_gradients_are_those_of_open_clip(ours, theirs, bias):
    images, texts = (torch.nn.functional.normalize(torch.randn(B, J), dim=-1).requires_grad_() for _ in range(2))
    loss = ours(SCALE * images @ texts.T + bias)
    assert loss.count == B
    assert_same_function(loss.mean, theirs(images, texts, SCALE, bias), [images, texts], 1e-6)


def test_the_softmax_loss_is_that_of_transformers():
    logits = SCALE * torch.randn(B, B)
    assert_near(contrastive(logits).mean, image_text_contrastive_loss(logits.T), 1e-6)


def test_where_nothing_is_known_the_loss_is_the_logarithm_of_the_batch():
    assert_near(contrastive(torch.full((B, B), 3.0)).mean, torch.tensor(math.log(B)), 1e-6)
    assert_near(sigmoid_contrastive(torch.zeros(B, B)).mean, torch.tensor(B * math.log(2)), 1e-6)


@each_loss
def test_pictures_and_captions_may_change_places(loss, tolerance):
    logits = torch.randn(B, B)
    assert_near(loss(logits).total, loss(logits.T).total, tolerance)


def test_equal_captions_are_found():
    tokens = torch.tensor([[3, 2, 0], [4, 2, 0], [3, 2, 0], [3, 4, 2]])
    expected = torch.eye(4, dtype=torch.bool)
    expected[0, 2] = expected[2, 0] = True
    assert torch.equal(same_rows(tokens), expected)


@each_loss
def test_without_equal_captions_nothing_changes(loss):
    logits = torch.randn(B, B)
    assert torch.equal(loss(logits, torch.eye(B, dtype=torch.bool)).total, loss(logits).total)


@each_loss
def test_an_equal_caption_is_no_wrong_answer(loss):
    """Neither its logits nor their gradients count; each picture still has to find its own."""
    logits = torch.randn(B, B, requires_grad=True)
    same = torch.eye(B, dtype=torch.bool)
    same[1, 4] = same[4, 1] = True
    (gradient,) = torch.autograd.grad(loss(logits, same).total, logits)
    assert gradient[1, 4] == gradient[4, 1] == 0.0
    assert (gradient[~same] > 0).all()
    assert (gradient.diagonal() < 0).all()
    changed = logits.detach().clone()
    changed[1, 4] = changed[4, 1] = 100.0
    assert_near(loss(changed, same).total, loss(logits, same).total, 1e-6)
    assert loss(changed).total > loss(changed, same).total + 190.0


@each_loss
def test_a_batch_of_one_caption_alone_has_nothing_to_tell_apart(loss):
    logits, same = torch.randn(B, B), torch.ones(B, B, dtype=torch.bool)
    alone = loss(logits, same)
    assert_near(alone.total, sum(loss(logits[i : i + 1, i : i + 1]).total for i in range(B)), 1e-5)


@each_loss
def test_the_objective_of_a_batch_knows_its_equal_captions(loss):
    model, pixels = tiny_clip(), torch.randn(4, 3, IMAGE_SIZE, IMAGE_SIZE)
    tokens = torch.tensor([[3, 2, 0], [4, 2, 0], [3, 2, 0], [3, 4, 2]])
    objective = Contrastive(loss)(model, CaptionBatch(pixels=pixels, tokens=tokens.unsqueeze(1)))
    assert torch.equal(objective.total, loss(model(pixels, tokens).logits, same_rows(tokens)).total)
    assert objective.count == 4
    assert objective.total < loss(model(pixels, tokens).logits).total


@each_loss
def test_several_captions_of_a_picture_are_never_held_against_each_other(loss, tolerance):
    model, pixels = tiny_clip(), torch.randn(4, 3, IMAGE_SIZE, IMAGE_SIZE)
    first = torch.tensor([[3, 2, 0], [4, 2, 0], [3, 2, 0], [3, 4, 2]])
    second = torch.tensor([[3, 2, 0], [4, 3, 2], [3, 3, 2], [3, 4, 2]])
    both = Contrastive(loss)(model, CaptionBatch(pixels=pixels, tokens=torch.stack([first, second], dim=1)))
    alone = [Contrastive(loss)(model, CaptionBatch(pixels=pixels, tokens=t.unsqueeze(1))) for t in (first, second)]
    assert_near(both.total, alone[0].total + alone[1].total, tolerance)
    assert both.count == 8
