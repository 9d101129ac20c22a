"""The benchmarks of decoders: each gives the rows it promises, at tiny sizes; how fast things are is not tested."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.benchmarks import Options, decoder, window, writing

SMALL = {"hidden_size": 24, "intermediate_size": 13, "num_hidden_layers": 2, "num_attention_heads": 6}


@pytest.fixture
def tiny_shapes(monkeypatch):
    """Models that write a few tokens in a split second."""
    monkeypatch.setattr(writing, "LLAMA", SMALL | {"vocab_size": 53, "num_key_value_heads": 2})
    monkeypatch.setattr(writing, "GPT2", {"vocab_size": 53, "n_embd": 24, "n_layer": 2, "n_head": 3})
    monkeypatch.setattr(writing, "TOKENS", {"Llama 4 x 128": 5, "GPT-2 124M": 3})


@pytest.mark.slow  # each way is compiled
def test_writing_is_compared_with_that_of_transformers_for_each_shape(tiny_shapes):
    rows = writing.measure(Options(rounds=1))
    assert all(set(row) == {"name", "tokens_per_second", "ratio", "logit_error"} for row in rows)
    for name in writing.TOKENS:
        fused, half, brain, eight, plain, theirs = [row for row in rows if row["name"].startswith(name)]
        assert theirs["name"] == f"{name}, transformers"
        assert theirs["ratio"] == 1.0
        assert fused["logit_error"] < 1e-5 < half["logit_error"] < brain["logit_error"] < 0.2
        assert half["logit_error"] < eight["logit_error"] < 0.2
        assert plain["logit_error"] == 0.0


def test_models_that_write_something_else_are_not_compared(tiny_shapes, monkeypatch):
    other = writing.new_llama(**writing.LLAMA | {"hidden_size": 12})
    convert = writing.llm_from_hugging_face
    monkeypatch.setattr(
        writing, "llm_from_hugging_face", lambda *state: convert(other.state_dict(), other.config.to_dict())
    )
    with pytest.raises(CourseError, match="transformers wrote a token that is not our likeliest"):
        writing.measure(Options(rounds=1))


def test_a_late_token_is_compared_with_an_early_one_and_bytes_with_the_formula(monkeypatch):
    for name, value in {"EARLY": 11, "LATE": 37, "WINDOW": 5, "STEPS": 2}.items():
        monkeypatch.setattr(window, name, value)
    rows = window.measure(Options(rounds=1))
    assert len(rows) == 4
    assert all(set(row) == {"name", "ms_at_11", "ms_at_37", "ratio", "cache_bytes"} for row in rows)
    assert [row["cache_bytes"] for row in rows] == [2 * 4 * 2 * 32 * 4 * tokens for tokens in (5, 5, 11, 11)]


def test_both_decoders_learn_from_the_same_weights_in_both_precisions(tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text("a dog slept. a cat ran.\n" * 90)
    for name, value in {"CONTEXT": 17, "ROWS": 2, "STEPS": 10, "TURN": 2}.items():
        monkeypatch.setattr(decoder, name, value)
    monkeypatch.setattr(decoder, "SIZES", SMALL | {"num_key_value_heads": 6, "tie_word_embeddings": True})
    *rows, theirs = decoder.measure(Options(text=str(tmp_path / "text.txt"), rounds=1))
    names = {"name", "tokens_per_second", "ratio", "ratio_alike", "loss_after_10"}
    assert all(set(row) == names for row in [*rows, theirs])
    assert theirs["name"] == "Llama, float32"
    assert theirs["ratio"] == theirs["ratio_alike"] == rows[1]["ratio_alike"] == 1.0
    full_precision = [row["loss_after_10"] for row in (rows[2], theirs)]
    assert full_precision[0] == pytest.approx(full_precision[1], rel=1e-3)
