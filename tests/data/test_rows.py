"""Rows of a batch: what is padding is not counted, and workers share the rows without losing one."""

from course_lib.data import EOS, PAD, translation_batch
from course_lib.data.rows import pad, pad_left

SMALL = [([7, 8, 9, EOS], [5, 6, EOS]), ([3, EOS], [4, EOS]), ([8, EOS], [5, 5, 5, 5, EOS])]


def test_short_rows_are_padded_behind_or_before():
    assert pad([[5], [6, 7, 8]]).tolist() == [[5, PAD, PAD], [6, 7, 8]]
    assert pad([[5], [6, 7]], pad_id=-9).tolist() == [[5, -9], [6, 7]]
    tokens, positions = pad_left([[5], [6, 7, 8]])
    assert tokens.tolist() == [[PAD, PAD, 5], [6, 7, 8]]
    assert positions.tolist() == [[-1, -1, 0], [0, 1, 2]]


def test_real_tokens_are_counted_and_padding_is_not():
    batch = translation_batch(SMALL)
    assert batch.is_label.sum(dim=1).tolist() == [3, 2, 5]
    assert (batch.num_labels, batch.num_tokens) == (10, 18)
