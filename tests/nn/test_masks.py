"""Masks come from positions: True where a key may be seen."""

import torch

from course_lib.nn import causal_mask, padding_mask, segment_mask, window_mask

# The two tables of the slide "Sliding Window Attention (SWA)": The model attends to past tokens.
REGULAR = ["100000", "110000", "111000", "111100", "111110", "111111"]
SLIDING = ["100000", "110000", "111000", "011100", "001110", "000111"]


def rows(mask):
    """A mask T S as one string of 1 and 0 per row."""
    return ["".join(map(str, row)) for row in mask.int().tolist()]


def test_a_query_sees_itself_and_what_came_before_as_in_the_first_table_of_the_slide():
    assert rows(causal_mask(torch.arange(6))) == REGULAR


def test_positions_count_and_not_the_place_in_the_chunk():
    mask = causal_mask(torch.tensor([5, 3]), torch.tensor([2, 3, 4, 5, 6]))
    assert mask.int().tolist() == [[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]]


def test_the_mask_of_a_chunk_is_those_rows_of_the_whole_mask():
    positions = torch.arange(7)
    assert torch.equal(causal_mask(positions[2:5], positions), causal_mask(positions)[2:5])


def test_positions_that_differ_by_sequence_give_one_mask_per_sequence():
    q_positions, k_positions = torch.tensor([[0, 1, 2], [4, 5, 6]]), torch.arange(5).repeat(2, 1)
    mask = causal_mask(q_positions, k_positions)
    assert mask.shape == (2, 1, 3, 5)
    for i in range(2):
        assert torch.equal(mask[i, 0], causal_mask(q_positions[i], k_positions[i]))


def test_padding_is_seen_by_no_head_and_no_query():
    mask = padding_mask(torch.tensor([[7, 5, 0], [0, 5, 7]]), pad_id=0)
    assert mask.shape == (2, 1, 1, 3)
    assert mask.flatten(1).int().tolist() == [[1, 1, 0], [0, 1, 1]]


def test_a_window_of_three_is_the_token_and_the_two_before_it_as_in_the_second_table_of_the_slide():
    positions = torch.arange(6)
    assert rows(window_mask(positions, positions, 3)) == SLIDING


def test_a_window_as_long_as_the_text_hides_nothing_and_one_of_1_all_but_the_token_itself():
    positions = torch.arange(7)
    for window_size in (7, 11):
        assert torch.equal(window_mask(positions, positions, window_size), causal_mask(positions))
    assert torch.equal(window_mask(positions, positions, 1), torch.eye(7, dtype=torch.bool))


def test_a_window_goes_by_positions_whatever_the_order_of_the_keys():
    mask = window_mask(torch.tensor([7]), torch.tensor([8, 3, 6, 7, 5]), 2)
    assert mask.int().tolist() == [[0, 0, 1, 1, 0]]


def test_texts_in_one_row_see_themselves_only():
    segments = torch.tensor([[1, 1, 2], [1, 2, 2]])
    mask = segment_mask(segments, segments)
    assert mask.shape == (2, 1, 3, 3)
    assert mask[:, 0].int().tolist() == [[[1, 1, 0], [1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1], [0, 1, 1]]]
