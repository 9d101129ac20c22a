"""Recipes of seconds: stories and dialogues in folders, a small base, a plan of five steps that saves after each."""

import json

import pytest

from course_lib.data import load_dialogues
from course_lib.recipes import base, chat
from course_lib.training import Plan
from tests.chats import ANSWERS, QUESTIONS, assistant, user
from tests.toys import WORDS

PLAN = Plan(steps=5, evaluations=5, saves=5)
SIZES = {"d_model": 12, "d_ff": 22, "num_heads": 2, "num_kv_heads": 1, "num_layers": 1, "max_length": 97}


def write_rows(folder, split, rows):
    """A file in the folder that `load_source` finds for the split."""
    (folder / f"{split}.jsonl").write_text("\n".join(json.dumps(row) for row in rows))


@pytest.fixture(scope="session")
def stories(tmp_path_factory):
    """A folder of stories."""
    folder = tmp_path_factory.mktemp("stories")
    for split, count in {"train": 60, "validation": 7}.items():
        write_rows(folder, split, [{"text": " ".join(WORDS[i % 7 : i % 7 + 3])} for i in range(count)])
    return folder


@pytest.fixture(scope="session")
def dialogues(tmp_path_factory):
    """A folder of dialogues, a request among them."""
    folder = tmp_path_factory.mktemp("dialogues")
    for split, count in {"train": 60, "validation": 4}.items():
        pairs = [(QUESTIONS[i % 4], ANSWERS[i % 4]) for i in range(count)]
        rows = [{"instruction": q, "context": "", "response": a, "category": "talk"} for q, a in pairs]
        write_rows(folder, split, [*rows, {**rows[0], "category": "request"}])
    return folder


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    """A folder of preferences: the shorter of two answers."""
    folder = tmp_path_factory.mktemp("pairs")
    for split, count in {"train": 24, "validation": 4}.items():
        chosen = [[user(QUESTIONS[i % 4]), assistant(ANSWERS[i % 4])] for i in range(count)]
        rejected = [[question, assistant(f"{answer['content']} {answer['content']}")] for question, answer in chosen]
        rows = [{"chosen": good, "rejected": bad} for good, bad in zip(chosen, rejected, strict=True)]
        write_rows(folder, split, rows)
    return folder


@pytest.fixture
def tiny(monkeypatch, dialogues):
    """Makes the recipes small, and their tokenizer one of the dialogues in the folder."""
    for recipe in (base, chat):
        monkeypatch.setattr(recipe, "PLAN", PLAN)
        monkeypatch.setattr(recipe, "TOKENS_PER_BATCH", 200)
    monkeypatch.setattr(base, "SIZES", SIZES)
    monkeypatch.setattr(base, "VOCAB_SIZE", 300)
    monkeypatch.setattr(base, "load_dialogues", lambda source, split: load_dialogues(str(dialogues), split))


class Interrupted:
    """A `report` that stops the training, as Ctrl-C does, when the line of a step comes."""

    def __init__(self, step):
        self.beginning = f"step {step} "

    def __call__(self, line):
        if line.startswith(self.beginning):
            raise KeyboardInterrupt
