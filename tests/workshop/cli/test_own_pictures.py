"""`course train` on forty pictures of one's own with captions: pieces of photographs, in a folder."""

import json
from dataclasses import replace
from functools import partial

import pytest

from course_lib.evaluation import answer, chat
from course_lib.workshop.recipes import RECIPES
from tests.photographs import write_described, write_metadata
from tests.workshop.cli.conftest import course
from tests.workshop.recipes.toys import toy_recipes, write_parts


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """A folder of forty pictures with a line about each."""
    folder = tmp_path_factory.mktemp("mine")
    write_described(folder, 40)
    return folder


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    """The recipes at toy size, by name."""
    parts = tmp_path_factory.mktemp("parts")
    write_parts(parts)
    recipes = {name: recipe for name, (recipe, _) in toy_recipes(parts).items()}
    clip = recipes["clip"]
    return recipes | {"clip": replace(clip, text=clip.text | {"max_length": 31}, d_joint=6)}


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize(
    ("name", "items", "table"),
    [
        ("clip", "pictures", "group  pictures  caption  picture\nall           4"),
        ("connector", "captions", "group  loss\nall"),
        ("vlm", "dialogues", "group  questions  exact %"),
    ],
)
def test_forty_pictures_train_a_model_and_its_card_tells_of_them(name, items, table, mine, toys, monkeypatch, tmp_path):
    monkeypatch.setitem(RECIPES, name, toys[name])
    monkeypatch.setattr(chat, "answer", partial(answer, max_new_tokens=7))  # what has learned nothing goes on and on
    trained = course("train", name, "--source", mine, "--out", tmp_path / name)
    assert trained.exit_code == 0, trained.stderr
    assert table in trained.stdout
    assert trained.stderr == ""
    card = json.loads((tmp_path / name / "card.json").read_text())
    assert (card["recipe"], card["source"], card[f"training {items}"]) == (name, str(mine), 32)
    assert card["left out"] == {"train": 0, "validation": 0}
    scored = course("evaluate", tmp_path / name)
    assert scored.exit_code == 0, scored.stderr
    assert table in scored.stdout


@pytest.mark.parametrize("name", ["clip", "connector", "vlm"])
def test_what_is_wrong_with_a_line_is_one_message_and_no_model_is_begun(name, toys, monkeypatch, tmp_path):
    monkeypatch.setitem(RECIPES, name, toys[name])
    rows = write_described(tmp_path / "mine", 11)
    write_metadata(tmp_path / "mine", [*rows[:8], rows[8] | {"caption": None}, *rows[9:]])
    result = course("train", name, "--source", tmp_path / "mine", "--out", tmp_path / "model")
    assert result.exit_code == 2
    assert result.stderr.startswith("course: ")
    assert "metadata.jsonl, line 9: a caption must be a text" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "model").exists()
