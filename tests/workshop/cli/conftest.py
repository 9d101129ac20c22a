"""A small course to give commands to: a data set of sixty pairs, a recipe of a few steps, and a model that it made."""

import json

import pytest
from typer.testing import CliRunner

from course_lib.models import save_model
from course_lib.training import Plan
from course_lib.workshop.cli import app
from course_lib.workshop.recipes import RECIPES
from tests.chats import chat_llm, chat_tokenizer
from tests.toys import sentence_rows
from tests.workshop.recipes.toys import small


def course(*arguments, **settings):
    """Run `course` with these arguments; the result has `exit_code`, `stdout` and `stderr`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], **settings)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="session")
def pairs(tmp_path_factory):
    """A data set in a folder."""
    folder = tmp_path_factory.mktemp("pairs")
    for split, count in {"train": 60, "validation": 11}.items():
        lines = [json.dumps(row) for row in sentence_rows(count, seed=count)]
        (folder / f"{split}.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def tiny_recipe(monkeypatch):
    """Makes the recipe one of seconds."""
    monkeypatch.setitem(RECIPES, "translator", TINY)


TINY = small(
    RECIPES["translator"],
    vocab_size=300,
    tokens_per_batch=200,
    sizes={"d_model": 14, "num_heads": 2, "d_ff": 22, "num_encoder_layers": 1, "num_decoder_layers": 1},
    plan=Plan(steps=5, evaluations=2),
)


@pytest.fixture(scope="session")
def trained(pairs, tmp_path_factory):
    """A folder with a model that `course train` made of `pairs`, and what it printed."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "translator", TINY)
        result = course("train", "translator", "--source", pairs, "--out", folder)
    assert result.exit_code == 0, result.stderr
    return folder, result.stdout


@pytest.fixture(scope="session")
def llm(tmp_path_factory):
    """The folder of a model of another kind, without a card."""
    folder = tmp_path_factory.mktemp("llm")
    save_model(chat_llm(), folder, chat_tokenizer())
    return folder
