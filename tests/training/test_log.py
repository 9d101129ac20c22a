"""The log of a training: means over what was read since the last record, at evenly spaced steps."""

from types import SimpleNamespace

import pytest

from course_lib.training.log import Meter, milestones_passed


def test_the_loss_is_a_mean_over_labels_and_the_speed_one_over_seconds():
    meter = Meter(started=3.0)
    meter.add(SimpleNamespace(num_labels=2, num_tokens=11), loss=5.0)
    meter.add(SimpleNamespace(num_labels=5, num_tokens=13), loss=2.0)
    assert meter.read(seconds=5.0) == {"loss": 1.0, "tokens_per_second": 12}


def test_without_a_label_there_is_nothing_to_log():
    assert Meter().read(seconds=1.0) == {}


@pytest.mark.parametrize(("steps", "count"), [(210, 1), (210, 5), (210, 7), (100, 100)])
def test_each_milestone_is_passed_once_and_the_last_one_at_the_end(steps, count):
    passed = [step for step in range(1, steps + 1) if milestones_passed((step - 1) / steps, step / steps, count)]
    assert passed == [steps * number // count for number in range(1, count + 1)]
