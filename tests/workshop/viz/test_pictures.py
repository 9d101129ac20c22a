"""Pictures in figures: every pixel where it belongs, and gaps between patches."""

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from PIL import Image

from course_lib.errors import CourseError
from course_lib.workshop import viz
from course_lib.workshop.viz.style import VERMILION

HEIGHT, WIDTH = 6, 9


def noise(*channels):
    return np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, *channels), dtype=np.uint8)


def drawn(ax):
    return np.asarray(ax.images[0].get_array())


@pytest.mark.parametrize("channels", [(), (3,)], ids=["gray", "colour"])
def test_a_picture_is_drawn_as_it_is_whatever_it_comes_as(channels):
    picture = noise(*channels)
    for same in (picture, picture / 255, torch.from_numpy(picture), Image.fromarray(picture)):
        ax = viz.show_picture(same, title="noise")
        np.testing.assert_allclose(drawn(ax), picture / 255)
        assert (ax.get_title(), list(ax.get_xticks())) == ("noise", [])
        plt.close("all")


@pytest.mark.parametrize("channels", [(), (3,)], ids=["gray", "colour"])
def test_patches_stand_apart_and_hold_the_picture(channels):
    picture = noise(*channels)  # 2 x 3 patches of 3 pixels, each of which is drawn as 6 x 6
    values = drawn(viz.show_patches(picture, 3))
    assert values.shape[:2] == (2 * 18 + 3, 3 * 18 + 2 * 3)
    gaps = [*range(18, 21)], [*range(18, 21), *range(39, 42)]
    assert (values[gaps[0]] == 1).all()
    assert (values[:, gaps[1]] == 1).all()
    together = np.delete(np.delete(values, gaps[0], axis=0), gaps[1], axis=1)
    np.testing.assert_allclose(together[::6, ::6], picture / 255)
    np.testing.assert_allclose(together[5::6, 5::6], picture / 255)
    plt.close("all")


def test_a_picture_smaller_than_a_patch_is_refused():
    with pytest.raises(CourseError, match="a picture of 6 x 9 is smaller than a patch of 7"):
        viz.show_patches(noise(3), 7)


def test_the_focus_is_reddest_where_the_weight_is_largest_and_framed():
    weights = torch.tensor([[0.0, 0.25, 0.0], [0.0, 0.0, 0.5]])
    ax = viz.show_focus(np.ones((HEIGHT, WIDTH, 3)), weights)
    values, red = drawn(ax), to_rgb(VERMILION)
    np.testing.assert_allclose(values[3:, 6:], np.broadcast_to(red, (3, 3, 3)))
    np.testing.assert_allclose(values[:3, 3:6], np.broadcast_to(1 - (1 - np.array(red)) / 2, (3, 3, 3)))
    np.testing.assert_allclose(values[3:, :6], 1.0)
    frame = ax.patches[-1]
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (5.5, 2.5, 3, 3)
    plt.close("all")


def test_without_any_weight_the_picture_stays_in_pale_gray():
    picture = noise()
    values = drawn(viz.show_focus(picture, np.eye(3)[:2] * [[1.0], [0.0]]))
    np.testing.assert_allclose(values[3:, 3:, 1], 0.5 + picture[3:, 3:] / 510)
    plt.close("all")


def test_pictures_stand_in_rows_with_their_titles():
    figure = viz.show_pictures([noise(3)] * 5, list("abcde"), columns=3)
    axes = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title() for ax in axes] == list("abcde")
    assert len(figure.axes) == 6
    plt.close("all")
