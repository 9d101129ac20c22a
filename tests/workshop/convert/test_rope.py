"""RoPE that is scaled: logits beyond the trained length are theirs, whichever way the config says it."""

import json
from itertools import pairwise

import pytest
import torch
from transformers import DynamicCache

from course_lib.errors import CourseError
from course_lib.workshop.convert import HubCheckpoint, llm_config, llm_from_hugging_face
from tests.parity import B, V, assert_near
from tests.workshop.convert.hugging_face import NEAR, random_tokens
from tests.workshop.convert.llm_twins import MAX_LENGTH, SIZES, E, saved, their_llm

ORIGINAL, T = 16, 53
ORIGINAL_LENGTH = "original_max_position_embeddings"
SCALINGS = {
    "linear": {"factor": 4.0},
    "dynamic": {"factor": 3.0},
    "yarn": {"factor": 4.0, ORIGINAL_LENGTH: ORIGINAL},
    "yarn with all settings": {
        "factor": 4.0,
        ORIGINAL_LENGTH: ORIGINAL,
        "attention_factor": 1.3,
        "beta_fast": 2.5,
        "beta_slow": 0.3,
    },
    "yarn, mixed beyond the last pair": {
        "factor": 4.0,
        ORIGINAL_LENGTH: 40_000,
        "beta_fast": 1000.0,
    },
    "llama3": {
        "factor": 4.0,
        ORIGINAL_LENGTH: ORIGINAL,
        "low_freq_factor": 0.3,
        "high_freq_factor": 2.5,
    },
}
each_scaling = pytest.mark.parametrize(("kind", "settings"), SCALINGS.items())


def their_scaled_llm(kind, settings, family="llama"):
    """A Llama of a context of 64, or of 16 where its scaling is only for what is longer than that."""
    kind = kind.replace(",", " ").split()[0]
    length = ORIGINAL if kind == "dynamic" else MAX_LENGTH
    parameters = {"rope_type": kind, "rope_theta": 100.0, **settings}
    return their_llm(family, rope_parameters=parameters, max_position_embeddings=length)


def as_before_version_5(folder, key):
    """Let the config say it as it did before transformers 5; the name of the type has changed, too."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    parameters = config.pop("rope_parameters")
    config["rope_theta"] = parameters.pop("rope_theta")
    config["rope_scaling"] = {key: parameters.pop("rope_type"), **parameters}
    path.write_text(json.dumps(config))


@each_scaling
@pytest.mark.parametrize("written", ["rope_parameters", "type", "rope_type"])
@torch.no_grad()
def test_logits_beyond_the_trained_length_are_theirs(kind, settings, written, tmp_path):
    theirs, tokens = their_scaled_llm(kind, settings), random_tokens(B, T, V, padding=0)
    folder = saved(theirs, tmp_path)
    if written != "rope_parameters":
        as_before_version_5(folder, written)
    assert_near(HubCheckpoint(folder).model()(tokens), theirs(tokens).logits, NEAR)


@each_scaling
@torch.no_grad()
def test_with_a_cache_logits_are_theirs_with_a_cache(kind, settings):
    """Beyond the trained length, dynamic NTK gives them other logits with a cache than without; we refuse it there."""
    theirs, tokens = their_scaled_llm(kind, settings), random_tokens(B, T, V, padding=0)
    converted = llm_from_hugging_face(theirs.state_dict(), theirs.config.to_dict())
    cache, their_cache = converted.new_cache(), DynamicCache()
    for a, b in pairwise([0, 13, 14, 15, 16, 17, 18, 31, T]):
        expected = theirs(tokens[:, a:b], None, None, their_cache).logits  # transformers 5 has another name for it
        if kind == "dynamic" and b > ORIGINAL:
            with pytest.raises(CourseError, match="a cache with DynamicNtkScaling"):
                converted(tokens[:, a:b], cache=cache)
            return
        assert_near(converted(tokens[:, a:b], cache=cache), expected, NEAR)


@pytest.mark.parametrize("written", ["rope_parameters", "rope_theta"])
@torch.no_grad()
def test_gemma_3_scales_only_layers_that_see_the_whole_text(written):
    scaled = {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000.0}
    both = {"full_attention": scaled, "sliding_attention": {"rope_type": "default", "rope_theta": 10.0}}
    theirs, tokens = their_llm("gemma3_text", rope_parameters=both), random_tokens(B, T, V, padding=0)
    config = theirs.config.to_dict()
    if written == "rope_theta":
        del config["rope_parameters"]
        config |= {"rope_theta": 1000.0, "rope_local_base_freq": 10.0}
        config["rope_scaling"] = {"rope_type": "linear", "factor": 8.0}
    converted = llm_from_hugging_face(theirs.state_dict(), config)
    assert_near(converted(tokens), theirs(tokens).logits, NEAR)


@pytest.mark.parametrize(
    ("inside", "beside", "expected"),
    [({ORIGINAL_LENGTH: 11}, {ORIGINAL_LENGTH: 13}, 11), ({}, {ORIGINAL_LENGTH: 13}, 13), ({}, {}, MAX_LENGTH)],
    ids=["in the settings", "beside them", "nowhere"],
)
def test_the_length_before_stretching_is_looked_for_in_three_places(inside, beside, expected):
    config = their_llm("llama").config.to_dict() | beside
    config["rope_parameters"] = {"rope_type": "yarn", "rope_theta": 100.0, "factor": 4.0, **inside}
    assert llm_config(config).rope_scaling.original_length == expected


def test_without_settings_the_base_is_that_of_the_paper():
    config = their_llm("llama").config.to_dict()
    del config["rope_parameters"]
    assert llm_config(config).rope_base == 10_000.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rope_type": "longrope"}, "unknown RoPE type 'longrope'; known: default, linear, dynamic, yarn, llama3"),
        ({"type": "su"}, "unknown RoPE type 'su'"),
        ({"rope_type": "linear"}, "config has no factor"),
        ({"rope_type": "linear", "factor": None}, "config has no factor"),
        ({"rope_type": "llama3", "factor": 8.0}, "config has no high_freq_factor"),
        ({"rope_type": "yarn", "factor": 8.0, "mscale": 0.7}, "'yarn' has a setting that we don't know: mscale"),
        ({"rope_type": "linear", "factor": 8.0, "partial_rotary_factor": 0.5}, "don't know: partial_rotary_factor"),
    ],
)
def test_what_we_would_not_compute_with_is_refused_by_name(settings, message):
    sizes = SIZES | {"model_type": "llama", "rms_norm_eps": 1e-6, "rope_theta": 10_000.0, "rope_scaling": settings}
    with pytest.raises(CourseError, match=message):
        llm_config(sizes)


@pytest.mark.parametrize("missing", ["rope_theta", "rope_local_base_freq"])
def test_gemma_3_needs_both_bases(missing):
    config = their_llm("gemma3_text").config.to_dict() | {"rope_theta": 1e6, "rope_local_base_freq": 1e4}
    del config["rope_parameters"], config[missing]
    with pytest.raises(CourseError, match=f"config has no {missing}"):
        llm_config(config)


def test_gemma_3_with_scaled_windows_is_refused():
    config = their_llm("gemma3_text").config.to_dict()
    config["rope_parameters"]["sliding_attention"] = {"rope_type": "linear", "factor": 2.0, "rope_theta": 10.0}
    with pytest.raises(CourseError, match="can only have rope_type = default, the checkpoint has linear"):
        llm_config(config)


def test_half_the_pairs_are_in_the_mixture_of_yarn_and_of_llama_3():
    """The settings above are such that no test passes by all pairs being scaled, or none."""
    for kind in ("yarn with all settings", "llama3"):
        scaling = llm_config(their_scaled_llm(kind, SCALINGS[kind]).config.to_dict()).rope_scaling
        plain = 100.0 ** (-torch.arange(0, E, 2, dtype=torch.float64) / E)
        slowed = plain / scaling(plain, None)
        assert slowed[0] == 1.0
        assert slowed[-1] == pytest.approx(4.0)
        assert ((slowed > 1.01) & (slowed < 3.99)).sum() >= 2


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_rope_scaling_beside_rope_parameters_must_say_the_same(family):
    config = their_llm(family).config.to_dict()
    yarn = {"rope_type": "yarn", "factor": 4.0, ORIGINAL_LENGTH: ORIGINAL}
    with pytest.raises(CourseError, match=r"another rope_scaling = .*yarn.*; put all that is meant into rope_param"):
        llm_config(config | {"rope_scaling": yarn})
    same = config["rope_parameters"].get("full_attention", config["rope_parameters"])
    assert llm_config(config | {"rope_scaling": same}) == llm_config(config)
