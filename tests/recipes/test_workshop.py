"""What all recipes do alike: nothing finished is overwritten, and what is written fits together."""

from types import SimpleNamespace

import pytest
import torch

from course_lib.data import packed_batches
from course_lib.errors import CourseError
from course_lib.evaluation import AnswerScores
from course_lib.files import read_json, read_tensors, sha256
from course_lib.models import load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.training import Plan, Trainer
from tests.chats import assistant, chat_llm, chat_template, chat_tokenizer, user


def weights(model):
    return model.embedding.table.weight


def test_a_finished_folder_is_refused_and_every_other_is_fine(tmp_path):
    assert unfinished(str(tmp_path / "new")) == tmp_path / "new"
    (tmp_path / "checkpoint.safetensors").touch()
    assert unfinished(tmp_path) == tmp_path
    (tmp_path / "card.json").touch()
    with pytest.raises(CourseError, match="already holds a finished model"):
        unfinished(tmp_path)


def test_minutes_take_the_place_of_steps():
    assert planned(Plan(steps=7), seed=3) == Plan(steps=7, seed=3)
    assert planned(Plan(steps=7, learning_rate=0.5), minutes=2.0) == Plan(minutes=2.0, learning_rate=0.5)
    with pytest.raises(CourseError, match="got None, 0"):
        planned(Plan(steps=7), minutes=0)


def test_a_produced_model_has_a_card_that_knows_its_file_and_its_history(tmp_path):
    model, tokenizer, template = chat_llm(), chat_tokenizer(), chat_template()
    batches = packed_batches([template.training([user("Hello!"), assistant("Hello!")])], 97, 97)
    trainer = Trainer(model, batches, TokenPrediction(), Plan(steps=3, evaluations=1), folder=tmp_path)
    before = model.embedding.table.weight.clone()
    card = produce(trainer, model, [tokenizer], tmp_path, lambda: {"changed": not torch.equal(before, weights(model))})
    assert card == read_json(tmp_path / "card.json")
    assert card["changed"], "the card describes the trained model"
    assert card["sha256"] == sha256(tmp_path / "model.safetensors")
    assert [entry["step"] for entry in card["history"]] == [0, 3]
    assert not trainer.checkpoint.exists()
    assert torch.equal(weights(load_model(str(tmp_path))[0]), weights(model))


def test_weights_may_be_stored_in_16_bits_and_the_card_is_about_these(tmp_path):
    model, tokenizer, template = chat_llm(), chat_tokenizer(), chat_template()
    batches = packed_batches([template.training([user("Hello!"), assistant("Hello!")])], 97, 97)
    trainer = Trainer(model, batches, TokenPrediction(), Plan(steps=3, evaluations=1), folder=tmp_path)
    card = produce(trainer, model, [tokenizer], tmp_path, lambda: {"sum": weights(model).sum().item()}, torch.bfloat16)
    tensors, _ = read_tensors(tmp_path / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.bfloat16}
    loaded, _ = load_model(str(tmp_path))
    assert weights(loaded).dtype == weights(model).dtype == torch.float32
    assert torch.equal(weights(loaded), weights(model))
    assert card["sum"] == weights(loaded).sum().item()


def test_only_the_main_process_writes(tmp_path):
    other = SimpleNamespace(train=list, accelerator=SimpleNamespace(is_main_process=False))
    assert produce(other, None, None, tmp_path, None) is None
    assert not list(tmp_path.iterdir())


def test_scores_on_a_card_are_plain_values():
    scores = {"all": AnswerScores(questions=7, exact=50.0, ended=100.0)}
    assert plain(scores) == {"all": {"questions": 7, "exact": 50.0, "ended": 100.0}}
