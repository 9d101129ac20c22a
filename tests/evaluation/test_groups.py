"""The parts of a set that are scored by themselves."""

import datasets

from course_lib.evaluation.groups import members_by_group


def test_each_kind_of_what_was_held_out_is_a_group_beside_all():
    rows = datasets.Dataset.from_dict({"held_out": ["word", "scene", "word"]})
    assert members_by_group(rows) == {"all": [0, 1, 2], "word": [0, 2], "scene": [1]}


def test_rows_that_say_nothing_of_it_are_one_group():
    assert members_by_group(datasets.Dataset.from_dict({"text": ["a", "b"]})) == {"all": [0, 1]}
