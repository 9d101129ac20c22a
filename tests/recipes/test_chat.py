"""The chat model's recipe from a base and dialogues in a folder to a model with its card, whole and interrupted."""

import pytest
from datasets import Dataset

from course_lib.data import conversation, load_dialogues
from course_lib.data.messages import check_conversation
from course_lib.errors import CourseError
from course_lib.files import sha256
from course_lib.models import load_model
from course_lib.recipes import chat
from course_lib.recipes.base import train_base
from course_lib.recipes.chat import answerable, chains, fitting, train_chat
from course_lib.training import Plan
from tests.chats import assistant, chat_template, user
from tests.recipes.conftest import Interrupted


@pytest.fixture
def start(tiny, stories, tmp_path, monkeypatch):
    """The folder of a small base model that the recipe starts from."""
    train_base(str(stories), out=tmp_path / "base", report=lambda line: None)
    monkeypatch.setattr(chat, "START", str(tmp_path / "base"))
    return tmp_path / "base"


@pytest.fixture
def train(start, dialogues):
    """Fine-tune that base on the dialogues into a folder; the lines of the log go to a list."""
    return lambda out, report=print, **settings: train_chat(str(dialogues), out=out, report=report, **settings)


def test_the_folder_holds_the_model_and_what_the_card_says_of_it(train, start, dialogues, tmp_path):
    card = train(tmp_path / "chat", seed=3)
    (model, tokenizer), (before, its_tokenizer) = load_model(str(tmp_path / "chat")), load_model(str(start))
    assert model.config == before.config
    assert tokenizer.encode("um dois Hello") == its_tokenizer.encode("um dois Hello")
    assert (card["source"], card["training dialogues"], card["plan"]["seed"]) == (str(dialogues), 61, 3)
    assert card["model"].endswith(f"fine-tuned from {start}")
    assert card["validation"]["all"]["questions"] == 4, "the request is left out"
    assert [entry["step"] for entry in card["history"]] == [0, 1, 2, 3, 4, 5]
    assert card["sha256"] == sha256(tmp_path / "chat" / "model.safetensors")
    assert not (tmp_path / "chat" / "checkpoint.safetensors").exists()


def test_it_starts_from_the_base(train, start, tmp_path, monkeypatch):
    monkeypatch.setattr(chat, "PLAN", Plan(steps=1, learning_rate=1e-9))
    train(tmp_path / "chat")
    weights, before = (load_model(str(folder))[0].embedding.table.weight for folder in (tmp_path / "chat", start))
    assert (weights - before).abs().max() < 1e-6


def test_an_interrupted_training_goes_on_to_the_same_weights(train, tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", Interrupted(4))
    lines = []
    parts = train(tmp_path / "parts", lines.append)
    assert lines[0] == "resumed at step 3"
    assert parts["sha256"] == whole["sha256"] != train(tmp_path / "other", seed=1)["sha256"]


def test_a_finished_folder_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    (tmp_path / "card.json").touch()
    monkeypatch.setattr(chat, "load_dialogues", None)
    with pytest.raises(CourseError, match="already holds a finished model"):
        train_chat(out=tmp_path)


def test_questions_that_fill_the_context_are_left_out():
    template = chat_template()
    rows = Dataset.from_dict({"instruction": ["Hello!", "Hello! " * 9], "response": ["Hello!", "Hello!"]})
    short, long = (len(template.prompt(conversation(row)[:-1])) for row in rows)
    assert [len(fitting(rows, template, room)) for room in (short, short + 1, long, long + 1)] == [0, 1, 1, 2]
    assert fitting(rows, template, long)["instruction"] == ["Hello!"]


def test_requests_have_no_single_right_answer_all_else_has(dialogues):
    rows = load_dialogues(str(dialogues), "validation")
    assert set(rows["category"]) == {"talk", "request"}
    assert set(answerable(rows)["category"]) == {"talk"}
    assert len(answerable(rows)) == 4
    assert answerable(Dataset.from_dict({"category": ["open_qa"]}))["category"] == ["open_qa"]


def test_chains_hold_every_conversation_once_two_to_four_joined():
    alone = [[user(f"{i}?"), assistant(f"{i}.")] for i in range(61)]
    joined = chains(alone, seed=0)
    for messages in joined:
        check_conversation(messages, last="assistant")
    assert sorted(m["content"] for messages in joined for m in messages) == sorted(
        m["content"] for messages in alone for m in messages
    )
    assert {len(messages) // 2 for messages in joined[:-1]} == {2, 3, 4}
    assert joined == chains(alone, seed=0) != chains(alone, seed=1)
    assert [messages[0]["content"] for messages in joined] != sorted(c[0]["content"] for c in joined)
