"""The recipes of models that see, on a few pictures in files: what is trained, what is stored, what the card says."""

import io

import datasets
import pytest
import torch
from PIL import Image

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from course_lib.files import sha256
from course_lib.models import load_model, save_model
from course_lib.recipes import connector, vlm
from course_lib.recipes.connector import train_connector
from course_lib.recipes.vlm import train_vlm
from course_lib.training import Plan
from tests.chats import chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, tiny_clip, tiny_llm
from tests.toys import toy_tokenizer

COLOURS = ("red", "blue", "green", "white")


def picture(colour):
    with io.BytesIO() as file:
        Image.new("RGB", (IMAGE_SIZE, IMAGE_SIZE), colour).save(file, "PNG")
        return {"bytes": file.getvalue(), "path": None}


def rows(count):
    """Pictures of one colour each; the caption and the answers say which."""
    for number in range(count):
        colour = COLOURS[number % 4]
        texts = [{"user": "Which?", "assistant": f"{colour}.", "kind": "colour", "form": "word"}]
        yield {"image": picture(colour), "images": [picture(colour)], "caption": colour, "texts": texts}


@pytest.fixture
def source(tmp_path):
    """A folder with captions and dialogues about pictures."""
    for split, count in {"train": 24, "validation": 4}.items():
        datasets.Dataset.from_list(list(rows(count))).to_parquet(tmp_path / f"{split}.parquet")
    return str(tmp_path)


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """A small CLIP and a small chat model to start from, and short plans."""
    torch.manual_seed(0)
    clip = tiny_clip(text={"vocab_size": len(toy_tokenizer())})
    save_model(clip, tmp_path / "clip", toy_tokenizer(), ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))
    llm = tiny_llm(vocab_size=len(chat_tokenizer()), max_length=97)
    save_model(llm, tmp_path / "chat", chat_tokenizer())
    monkeypatch.setattr(connector, "TOWER", str(tmp_path / "clip"))
    monkeypatch.setattr(connector, "START", str(tmp_path / "chat"))
    monkeypatch.setattr(vlm, "START", str(tmp_path / "connector"))
    short, long = (Plan(steps=steps, learning_rate=5e-3, evaluations=2, saves=2) for steps in (10, 30))
    *first, last = vlm.STAGES
    monkeypatch.setattr(vlm, "STAGES", dict.fromkeys(first, vlm.Stage(short)) | {last: vlm.Stage(long)})
    monkeypatch.setattr(connector, "PLAN", long)
    for recipe in (connector, vlm):
        monkeypatch.setattr(recipe, "TOKENS_PER_BATCH", 400)
    return clip, llm


def quiet(line):
    """A report that nobody reads."""


def test_the_stages_train_what_the_slide_says_and_leave_the_tower_alone(source, parts, tmp_path):
    clip, llm = parts
    first = train_connector(source, out=tmp_path / "connector", report=quiet)
    [bridge] = load_model(str(tmp_path / "connector"))
    second = train_vlm(source, out=tmp_path / "vlm", report=quiet)
    model, tokenizer, processor = load_model(str(tmp_path / "vlm"))
    for name, tensor in clip.vision.state_dict().items():
        assert torch.equal(model.vision.state_dict()[name], tensor), name
    words = len(chat_tokenizer())
    assert len(tokenizer) == words + 1
    assert processor == ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
    assert not torch.equal(model.text.embedding.table.weight[:words], llm.embedding.table.weight)
    assert not torch.equal(model.connector.layers.up_proj.weight, bridge.layers.up_proj.weight)
    losses = [entry["held-out loss"] for entry in first["history"]]
    assert losses[-1] < losses[0] - 0.5
    assert first["validation"]["all"]["loss"] == pytest.approx(losses[-1], abs=0.02)
    assert second["validation"]["all"]["questions"] == 4
    assert {"all", "colour", "word"} == set(second["validation"])
    assert second["validation"].keys() == second["validation without seeing"].keys()
    assert second["sha256"] == sha256(tmp_path / "vlm" / "model.safetensors")
    assert second["history"][-1]["loss"] < second["history"][1]["loss"]


def test_of_the_stages_only_the_finished_model_stays(source, parts, tmp_path):
    train_connector(source, out=tmp_path / "connector", report=quiet)
    train_vlm(source, out=tmp_path / "vlm", report=quiet)
    files = {"card.json", "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"}
    assert {path.name for path in (tmp_path / "vlm").iterdir()} == files


def test_a_stage_adds_captions_and_practice_in_the_little_world_alone(monkeypatch):
    def told(name):
        return lambda *_, **amounts: {"images": [name], "texts": [amounts]}

    for part in ("instructions", "descriptions", "practised"):
        monkeypatch.setattr(vlm, part, told(part))
    plan = Plan(steps=1)
    stage = vlm.Stage(plan, captions=True, practice={"shirts": 3})
    assert vlm.Stage(plan).rows("world")["images"] == stage.rows("mine")["images"] == ["instructions"]
    assert vlm.Stage(plan, practice={}).rows("world")["images"] == ["instructions", "practised"]
    assert stage.rows("world") == {
        "images": ["instructions", "descriptions", "practised"],
        "texts": [{}, {}, {"shirts": 3}],
    }


def test_a_finished_folder_is_refused(tmp_path):
    (tmp_path / "card.json").touch()
    for train in (train_connector, train_vlm):
        with pytest.raises(CourseError, match="already holds a finished model"):
            train(out=tmp_path)
