"""The aligned model's recipe: from a chat model, a judge and prompts in a folder to a policy that the judge prefers."""

import pytest

from course_lib.errors import CourseError
from course_lib.files import sha256
from course_lib.models import load_model, save_model
from course_lib.recipes import aligned
from course_lib.recipes.aligned import train_aligned
from course_lib.training import Plan
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_llm, tiny_scorer


@pytest.fixture
def train(pairs, tmp_path, monkeypatch):
    """Align a small model with random weights to a judge with random weights, on the prompts of pairs in a folder."""
    tokenizer = chat_tokenizer()
    for name, make in {"chat": tiny_llm, "reward": tiny_scorer}.items():
        save_model(make(vocab_size=len(tokenizer), max_length=97), tmp_path / name, tokenizer)
    monkeypatch.setattr(aligned, "START", str(tmp_path / "chat"))
    monkeypatch.setattr(aligned, "JUDGE", str(tmp_path / "reward"))
    monkeypatch.setattr(aligned, "PLAN", Plan(steps=40, learning_rate=3e-3, evaluations=2, saves=2))
    monkeypatch.setattr(aligned, "MAX_NEW_TOKENS", 5)
    return lambda out: train_aligned(str(pairs), out=out, report=lambda line: None)


def test_the_judge_likes_the_aligned_model_better_and_the_card_says_by_how_much(train, tmp_path):
    card = train(tmp_path / "aligned")
    before, after = card["validation"][aligned.START], card["validation"]["aligned"]
    assert before["kl per token"] == pytest.approx(0.0, abs=1e-6)
    assert after["kl per token"] > 0.001
    assert after["learnt reward"] > before["learnt reward"] + 0.1
    assert "true reward" not in after, "only the little world knows it"
    assert card["sha256"] == sha256(tmp_path / "aligned" / "model.safetensors")
    load_model(str(tmp_path / "aligned"))


def test_a_finished_folder_is_refused(tmp_path):
    (tmp_path / "card.json").touch()
    with pytest.raises(CourseError, match="already holds a finished model"):
        train_aligned(out=tmp_path)
