"""The reward model's recipe: from a chat model and pairs in a folder to a scorer that tells them apart."""

import pytest

from course_lib.files import sha256
from course_lib.models import Scorer, load_model, save_model
from course_lib.recipes import reward
from course_lib.recipes.reward import train_reward
from course_lib.training import Plan
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_llm
from tests.recipes.conftest import Interrupted


@pytest.fixture
def train(pairs, tmp_path, monkeypatch):
    """Train a scorer, that starts as a small model with random weights, on pairs in a folder."""
    tokenizer = chat_tokenizer()
    save_model(tiny_llm(vocab_size=len(tokenizer), max_length=97), tmp_path / "chat", tokenizer)
    monkeypatch.setattr(reward, "START", str(tmp_path / "chat"))
    monkeypatch.setattr(reward, "PLAN", Plan(steps=20, learning_rate=1e-2, evaluations=4, saves=4))
    monkeypatch.setattr(reward, "TOKENS_PER_BATCH", 600)
    return lambda out, report=print, **settings: train_reward(str(pairs), out=out, report=report, **settings)


def test_the_folder_holds_a_scorer_that_prefers_what_was_chosen(train, tmp_path):
    card = train(tmp_path / "reward")
    model, _ = load_model(str(tmp_path / "reward"))
    assert isinstance(model, Scorer)
    assert card["validation"]["all"] == {"pairs": 4, "accuracy": 100.0}
    assert card["history"][0]["accuracy"] == 0.0, "all scores are zero at first, and a tie is no preference"
    assert card["sha256"] == sha256(tmp_path / "reward" / "model.safetensors")


def test_an_interrupted_training_goes_on_to_the_same_weights(train, tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", Interrupted(15))
    assert train(tmp_path / "parts")["sha256"] == whole["sha256"]
