"""Patches: a picture cut into squares, and the convolution that is a linear layer on each."""

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.nn import PatchEmbedding, cut_into_patches
from tests.parity import B, D, assert_near, assert_same_function


def test_the_picture_of_the_slide_becomes_196_vectors_of_768_numbers():
    picture = torch.rand(1, 3, 224, 224)
    assert cut_into_patches(picture, 16).shape == (1, 14 * 14, 16 * 16 * 3)
    assert PatchEmbedding(16, 3, D)(picture).shape == (1, 196, D)


def test_patches_stand_row_by_row_and_their_numbers_color_by_color():
    picture = torch.arange(3 * 4 * 6).view(1, 3, 4, 6).float()
    patches = cut_into_patches(picture, 2)
    assert patches.shape == (1, 6, 12)
    for i, (row, column) in enumerate((row, column) for row in range(2) for column in range(3)):
        square = picture[0, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        assert torch.equal(patches[0, i], square.flatten())


def test_the_convolution_is_a_linear_layer_on_each_flattened_patch(tolerance):
    embedding, picture = PatchEmbedding(5, 3, D), torch.randn(B, 3, 23, 17)
    weight, bias = embedding.proj.weight, embedding.proj.bias
    linear = nn.functional.linear(cut_into_patches(picture, 5), weight.flatten(1), bias)
    assert_same_function(embedding(picture), linear, [weight, bias], tolerance)
    assert_near(embedding(picture), linear, tolerance)


def test_what_is_left_over_at_the_edge_changes_nothing():
    embedding, picture = PatchEmbedding(5, 3, D), torch.randn(B, 3, 23, 17)
    changed = picture.clone()
    changed[:, :, 20:] = changed[:, :, :, 15:] = 7.0
    assert torch.equal(embedding(changed), embedding(picture))


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("shape", [(B, 1, 23, 17), (B, 4, 23, 17), (3, 23, 17)])
def test_another_number_of_channels_is_refused(shape):
    with pytest.raises(CourseError, match=r"images must have the shape B 3 Y X \(3 channels\), got \(.*\)"):
        PatchEmbedding(5, 3, D)(torch.randn(shape))


@pytest.mark.parametrize("size", [(4, 17), (17, 4)])
def test_a_picture_smaller_than_a_patch_is_refused(size):
    with pytest.raises(CourseError, match=f"smaller than a patch, 5 x 5 pixels, got {size[0]} x {size[1]}"):
        PatchEmbedding(5, 3, D)(torch.randn(B, 3, *size))
