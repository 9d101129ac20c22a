"""The benchmarks of a real model, with a tiny one in its place: all take part and have their speeds."""

import pytest
from gguf import GGMLQuantizationType as Kind

from course_lib.workshop.benchmarks import Options, serving, smollm2
from course_lib.workshop.convert import open_checkpoint
from tests.models.tiny import tiny_llm
from tests.workshop.convert.gguf_files import twin, written
from tests.workshop.convert.test_gguf_packed import GROUPED


@pytest.mark.slow  # each way is compiled
def test_each_way_to_keep_the_weights_is_compared_with_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(smollm2, "find_spec", lambda name: None)
    path = written(tmp_path / "it.gguf", "llama", twin("llama", **GROUPED), Kind.Q4_1)
    monkeypatch.setattr(smollm2, "megabytes", lambda path, name: 1.0)
    bound, *rows = smollm2.contest(open_checkpoint(path), rounds=1, written=3, read=7)
    assert bound["tokens_per_second"] > 0
    assert [row["name"].partition(",")[0] for row in rows] == ["ours"] * 5 + ["transformers"] * 2
    assert all(row["tokens_per_second"] > 0 < row["prompt_per_second"] for row in rows)
    assert rows[-1]["ratio"] == 1.0


@pytest.mark.slow
def test_one_batch_is_compared_with_one_after_the_other():
    rows = serving.contest("tiny", tiny_llm(max_length=128), rounds=1, people=3)
    assert [row["name"] for row in rows] == ["tiny, 3 in one batch", "tiny, one after the other"]
    assert rows[0]["ratio"] > 0 < rows[0]["tokens_per_second"]


@pytest.mark.parametrize("benchmark", [smollm2, serving])
def test_where_the_file_is_missing_it_says_how_to_fetch_it(benchmark, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    [row] = benchmark.measure(Options(rounds=1))
    assert row["name"] == "not here yet: course fetch smollm2"


@pytest.mark.slow  # a process of its own
def test_what_a_model_keeps_in_memory_is_measured(tmp_path):
    path = written(tmp_path / "it.gguf", "llama", twin("llama", **GROUPED), Kind.Q4_1)
    assert smollm2.megabytes(path, "ours, float32") > 0
