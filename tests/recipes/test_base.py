"""The base model's recipe from texts in a folder to a model with its card, whole and interrupted."""

import pytest

from course_lib.data import ROLES, load_dialogues, load_stories
from course_lib.errors import CourseError
from course_lib.files import sha256
from course_lib.models import load_model
from course_lib.recipes.base import train_base, train_chat_tokenizer
from tests.recipes.conftest import SIZES, Interrupted


@pytest.fixture
def train(tiny, stories):
    """Train the base model on the stories into a folder; the lines of the log go to a list."""
    return lambda out, report=print, **settings: train_base(str(stories), out=out, report=report, **settings)


def test_the_folder_holds_the_model_and_what_the_card_says_of_it(train, stories, tmp_path):
    lines = []
    card = train(tmp_path, lines.append, seed=3)
    model, tokenizer = load_model(str(tmp_path))
    texts = tokenizer.encode_batch(load_stories(str(stories), "train")["text"])
    assert (card["source"], card["training texts"], card["plan"]["seed"]) == (str(stories), 60, 3)
    assert card["training tokens per epoch"] == sum(map(len, texts))
    assert f"{model.num_parameters():,} parameters" in card["model"]
    assert card["validation"]["all"]["texts"] == 7
    assert [entry["step"] for entry in card["history"]] == [0, 1, 2, 3, 4, 5]
    assert [line.split("  ")[0] for line in lines] == [f"step {step}" for step in range(6)]
    assert card["sha256"] == sha256(tmp_path / "model.safetensors")
    assert not (tmp_path / "checkpoint.safetensors").exists()


def test_the_model_expects_the_stories_better_than_before(train, tmp_path):
    perplexities = [entry["perplexity"] for entry in train(tmp_path)["history"]]
    assert perplexities[-1] < perplexities[0] - 10


def test_an_interrupted_training_goes_on_to_the_same_weights(train, tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", Interrupted(4))
    lines = []
    parts = train(tmp_path / "parts", lines.append)
    assert lines[0] == "resumed at step 3"
    assert parts["sha256"] == whole["sha256"] != train(tmp_path / "other", seed=1)["sha256"]


def test_a_finished_folder_is_refused_before_anything_is_read(train, tmp_path, monkeypatch):
    train(tmp_path)
    before = sha256(tmp_path / "model.safetensors")
    monkeypatch.setattr("course_lib.recipes.base.load_stories", None)
    with pytest.raises(CourseError, match="already holds a finished model"):
        train(tmp_path)
    assert sha256(tmp_path / "model.safetensors") == before


def test_the_tokenizer_is_cased_and_knows_the_roles(tiny, dialogues):
    tokenizer = train_chat_tokenizer(["Um dois"])
    assert tokenizer.decode(tokenizer.encode("Um dois")) == "Um dois"
    assert [tokenizer.special_id(f"<{role}>") for role in ROLES] == [3, 4, 5]
    [answer] = load_dialogues(str(dialogues), "train").select([2])["response"]
    assert len(tokenizer.encode(answer)) < len(answer) - 7, "it has learnt from the dialogues"


def test_a_text_longer_than_the_context_is_cut_there(tiny, tmp_path):
    for split in ("train", "validation"):
        (tmp_path / f"{split}.txt").write_text("um dois\n" + "três quatro xyz " * 200)
    card = train_base(str(tmp_path), out=tmp_path / "out", report=lambda line: None)
    assert card["training tokens per epoch"] < 2 * SIZES["max_length"]
