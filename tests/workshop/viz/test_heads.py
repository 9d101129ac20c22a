import pytest
import torch

from course_lib.errors import CourseError
from course_lib.workshop import viz

TARGET = ["this", "is", "the"]
SOURCE = ["este", "é", "o", "primeiro", "livro"]


def tick_labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_each_head_has_a_panel_and_tokens_stand_at_the_outer_edges():
    figure = viz.show_heads(torch.rand(1, 7, 3, 5), TARGET, SOURCE)
    panels, titles = figure.axes[:7], [f"head {head}" for head in range(7)]
    assert [ax.texts[0].get_text() for ax in panels] == titles
    left = [ax for ax in panels if ax.get_subplotspec().is_first_col()]
    top = [ax for ax in panels if ax.get_subplotspec().is_first_row()]
    assert [ax for ax in panels if tick_labels(ax.yaxis) == TARGET] == left
    assert [ax for ax in panels if tick_labels(ax.xaxis) == SOURCE] == top


def test_all_heads_share_one_scale():
    figure = viz.show_heads(torch.rand(3, 2, 2) * 0.1)
    assert {ax.images[0].get_clim() for ax in figure.axes[:3]} == {(0, 1)}


@pytest.mark.parametrize(("wrong", "message"), [({"rows": SOURCE}, "3 row"), ({"titles": TARGET}, "7 head")])
def test_a_wrong_number_of_labels_is_an_error_that_names_both(wrong, message):
    (labels,) = wrong.values()
    with pytest.raises(CourseError, match=f"expected {message} labels.* got {len(labels)}"):
        viz.show_heads(torch.rand(7, 3, 5), **wrong)
