"""Data of all kinds in folders, and each recipe at toy size: it learns from such a folder in seconds."""

import json
from functools import partial

import pytest
from PIL import Image

from course_lib.data import load_dialogues
from course_lib.evaluation import answer, chat, false_premises
from course_lib.workshop.recipes import base, vlm_aligned
from tests.chats import ANSWERS, QUESTIONS, assistant, user
from tests.toys import WORDS, sentence_rows
from tests.workshop.recipes.toys import COLORS, Toys, toy_recipes, write_parts, write_pictures


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


@pytest.fixture(scope="session")
def sentences(tmp_path_factory):
    """A folder of sentence pairs."""
    folder = tmp_path_factory.mktemp("sentences")
    for split, count in {"train": 60, "validation": 11}.items():
        write_rows(folder, split, sentence_rows(count, seed=count))
    return folder


@pytest.fixture(scope="session")
def colors(tmp_path_factory):
    """Pictures of one color with a caption each, of many sizes; gray and transparent ones among them."""
    folder = tmp_path_factory.mktemp("colours")
    for split, count in {"train": 40, "validation": 5}.items():
        rows = []
        for i in range(count):
            color, name = COLORS[i % 5], f"{split}{i}.png"
            mode = "RGBA" if i % 3 else ("L" if color in ("white", "black") else "RGB")
            Image.new("RGB", (7 + i, 43 - i), color).convert(mode).save(folder / name)
            rows.append({"image": name, "caption": f"a {color} picture"})
        write_rows(folder, split, rows)
    return folder


@pytest.fixture(scope="session")
def shades(tmp_path_factory):
    """A folder of pictures in three classes by their shade: of many sizes, gray, colored, with transparent parts."""
    folder = tmp_path_factory.mktemp("shades")
    for number, name in enumerate(("black", "grey", "white")):
        (folder / name).mkdir()
        for i in range(20):
            mode = ("L", "RGB", "RGBA")[i % 3]
            size = (9 + 3 * i, 41 - i)
            Image.new("L", size, 127 * number).convert(mode).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    """A folder with captions and dialogues about pictures of one color each."""
    folder = tmp_path_factory.mktemp("seen")
    write_pictures(folder, {"train": 24, "validation": 4})
    return folder


@pytest.fixture(scope="session")
def parts(tmp_path_factory):
    """The folder of the small models that recipes start from."""
    folder = tmp_path_factory.mktemp("parts")
    write_parts(folder)
    return folder


@pytest.fixture
def toys(parts, monkeypatch, sentences, stories, dialogues, pairs, colors, shades, seen):
    """By name each recipe at toy size, and the source that it learns from.

    The tokenizer of the base learns from the dialogues in the folder. `vlm-aligned` knows the little world alone; its
    questions with one answer are those in the folder. Answers have 7 tokens at most: models that have learned next to
    nothing would go on to the limit.
    """
    for module in (chat, false_premises):
        monkeypatch.setattr(module, "answer", partial(answer, max_new_tokens=7))
    monkeypatch.setattr(base, "load_dialogues", lambda source, split: load_dialogues(str(dialogues), split))
    instructions = vlm_aligned.instructions
    monkeypatch.setattr(vlm_aligned, "instructions", lambda source, split: instructions(str(seen), split))
    sources = {"sentences": sentences, "stories": stories, "dialogues": dialogues, "pairs": pairs, "world": "world"}
    sources |= {"colours": colors, "shades": shades, "seen": seen}
    return Toys((name, (recipe, str(sources[data]))) for name, (recipe, data) in toy_recipes(parts).items())


class Interrupted:
    """A `report` that stops the training, as Ctrl-C does, when so many lines of a stage have come."""

    def __init__(self, count):
        self.left = count

    def __call__(self, line):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
