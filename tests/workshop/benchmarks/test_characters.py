"""Learning a text by its characters: rows of both models, and a part of the text that neither has seen."""

from dataclasses import replace

import pytest

from course_lib.workshop.benchmarks import Options, characters


@pytest.mark.parametrize("single_file", [False, True], ids=["folder", "file"])
def test_a_text_is_learned_by_both_models_and_their_loss_is_that_of_its_unseen_part(tmp_path, single_file, monkeypatch):
    monkeypatch.setattr(characters, "SIZES", {"d_model": 14, "num_heads": 1, "num_layers": 1})
    monkeypatch.setattr(characters, "PLAN", replace(characters.PLAN, steps=2))
    train, held_out = "a dog slept. " * 90, "a cat ran.\n\n" * 13
    (tmp_path / "train.txt").write_text(train + held_out if single_file else train)
    (tmp_path / "validation.txt").write_text(held_out)
    text = tmp_path / "train.txt" if single_file else tmp_path
    ours, theirs = characters.measure(Options(text=str(text), rounds=1))
    assert set(ours) == {"name", "steps_per_second", "ratio", "seconds", "held_out_loss"}
    assert theirs["ratio"] == 1.0
    assert all(0 < row["held_out_loss"] < 5 for row in (ours, theirs))


def test_the_last_tenth_of_a_file_is_held_out(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("0123456789" * 10)
    assert [len(part) for part in characters.read(path)] == [90, 10]
