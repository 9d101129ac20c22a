import numpy as np
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.workshop.viz.attention_map import AttentionMap
from course_lib.workshop.viz.viewer import view_attention
from tests.workshop.viz.toy_maps import SOURCE, TARGET, H, L, toy_map


def test_the_same_numbers_make_the_same_page():
    assert view_attention(toy_map()).data == view_attention(toy_map()).data


def test_a_notebook_stores_no_memory_address():
    assert repr(view_attention(toy_map())) == "<IPython.core.display.HTML object>"


def test_torch_and_numpy_make_the_same_page():
    one = toy_map()
    tensors = [torch.tensor(array, requires_grad=True) for array in (one.weights, one.queries, one.keys)]
    other = AttentionMap("cross", tensors[0], TARGET, SOURCE, *tensors[1:])
    assert view_attention(other).data == view_attention(one).data


def test_a_page_points_at_nothing_outside_itself():
    page = view_attention(toy_map()).data
    assert [mark for mark in ("src=", "href=", "import(", "url(", "require") if mark in page] == []
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")


def test_no_token_can_end_the_script():
    tokens = ["</script>", "<!--", *SOURCE[2:]]
    page = view_attention(toy_map(columns=tokens)).data
    assert page.count("</script>") == 1
    assert "<!--" not in page


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"layer": L}, "layer numbers from 0 to 1, got .2"),
        ({"heads": [0, H]}, r"head numbers from 0 to 2, got \[0, 3\]"),
        ({"heads": []}, "got none"),
    ],
)
def test_a_layer_or_head_that_does_not_exist_is_an_error(choice, message):
    with pytest.raises(CourseError, match=message):
        view_attention(toy_map(), **choice)


def test_maps_need_names_of_their_own():
    for maps in ([], [toy_map(), toy_map()]):
        with pytest.raises(CourseError, match="different names, got"):
            view_attention(*maps)


def test_more_numbers_than_a_page_can_hold_are_an_error_that_says_what_helps():
    tokens = [str(index) for index in range(400)]
    large = AttentionMap("toy", np.zeros((1, 13, 400, 400), np.float32), tokens, tokens)
    with pytest.raises(CourseError, match="4.2 MB .* at most 4 MB: hand in fewer layers"):
        view_attention(large)
