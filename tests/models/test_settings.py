"""A config that was written as JSON comes back as it was, and what doesn't fit is named."""

import json
import math
from dataclasses import asdict

import pytest

from course_lib.errors import CourseError
from course_lib.models import LlmConfig, VitConfig
from course_lib.models.settings import from_settings
from course_lib.nn import DynamicNtkScaling, LinearScaling, Llama3Scaling, YarnScaling
from tests.models.tiny import tiny_clip, tiny_vlm

SCALINGS = [
    None,
    LinearScaling(factor=3.0),
    DynamicNtkScaling(factor=3.0, original_length=17),
    YarnScaling(factor=3.0, original_length=17, slow=2.0),
    Llama3Scaling(factor=3.0, original_length=17),
]
CONFIGS = [
    *(LlmConfig(vocab_size=53, num_layers=3, window_sizes=(5, None, 7), rope_scaling=scaling) for scaling in SCALINGS),
    VitConfig(classes=("cat", "dog")),
    tiny_clip().config,
    tiny_vlm("linear").config,
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config).__name__)
def test_a_config_comes_back_from_json_as_it_was(config):
    assert from_settings(type(config), json.loads(json.dumps(asdict(config)))) == config


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_legs": 4}, "LlmConfig can't be built from these settings: .*num_legs"),
        ({"vocab_size": "53"}, "vocab_size must be int, got '53'"),
        ({"vocab_size": True}, "vocab_size must be int, got True"),
        ({"dropout": [0.1]}, r"dropout must be float, got \(0.1,\)"),
        ({"num_layers": 0, "window_sizes": []}, "num_layers must be from 1 to 2,147,483,647 .* got 0"),
        ({"vocab_size": 2**31}, "vocab_size must be from 1 to 2,147,483,647 .* got 2147483648"),
        ({"rope_base": math.inf}, "rope_base must be finite, got inf"),
        ({"eps": -1}, "eps must be 0 or more, got -1.0"),
        ({"d_head": 1.5}, "d_head must be int or null, got 1.5"),
        ({"window_sizes": 5}, "window_sizes must be tuple or null, got 5"),
        ({"eps": {"kind": "small"}}, "eps can't be a JSON object, got {'kind': 'small'}"),
        ({"rope_scaling": 7}, "rope_scaling must be LinearScaling or .* or null, got 7"),
        (
            {"rope_scaling": {"kind": "spiral"}},
            "the kind of rope_scaling must be one of linear, dynamic_ntk, .* got 'spiral'",
        ),
        ({"rope_scaling": {"kind": "linear"}}, "LinearScaling can't be built from these settings: .*factor"),
        ({"rope_scaling": {"kind": "linear", "factor": 2.0, "speed": 3}}, "LinearScaling can't be built .*speed"),
    ],
)
def test_what_a_config_can_not_hold_is_named_with_what_was_expected(changes, message):
    settings = json.loads(json.dumps(asdict(CONFIGS[0]))) | changes
    with pytest.raises(CourseError, match=message):
        from_settings(LlmConfig, settings)


def test_whole_numbers_do_where_a_fraction_is_expected():
    assert from_settings(LlmConfig, {"vocab_size": 53, "dropout": 0}).dropout == 0
