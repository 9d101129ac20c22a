"""The recipe of CLIP, from a file of pictures and captions to a model with its card."""

import json

import pytest
from PIL import Image

from course_lib.data import load_captions
from course_lib.evaluation import encode_captions, encode_pictures
from course_lib.files import sha256
from course_lib.models import load_model
from course_lib.recipes import clip
from course_lib.recipes.clip import chosen_captions, train_clip
from course_lib.training import Plan
from tests.recipes.conftest import Interrupted

COLOURS = ("red", "green", "blue", "white", "black")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Pictures of one colour with a caption each, of many sizes; grey and transparent ones among them."""
    folder = tmp_path_factory.mktemp("colours")
    for split, count in {"train": 40, "validation": 5}.items():
        lines = []
        for i in range(count):
            colour, name = COLOURS[i % 5], f"{split}{i}.png"
            mode = "RGBA" if i % 3 else ("L" if colour in ("white", "black") else "RGB")
            Image.new("RGB", (7 + i, 43 - i), colour).convert(mode).save(folder / name)
            lines.append(json.dumps({"image": name, "caption": f"a {colour} picture"}))
        (folder / f"{split}.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def train(monkeypatch, folder):
    """A function that trains on the folder, or on another source."""
    monkeypatch.setattr(clip, "PLAN", Plan(steps=100, learning_rate=5e-3, evaluations=5, saves=5))
    sizes = {"d_model": 12, "d_ff": 22, "num_heads": 2, "num_layers": 1}
    monkeypatch.setattr(clip, "VISION", {"image_size": 16, "patch_size": 8, **sizes})
    monkeypatch.setattr(clip, "TEXT", {"max_length": 11, **sizes})
    monkeypatch.setattr(clip, "VOCAB_SIZE", 300)
    monkeypatch.setattr(clip, "BATCH_SIZE", 10)

    def train(out, report=print, source=folder, **settings):
        return train_clip(str(source), out=out, report=report, **settings)

    return train


def test_pictures_of_any_kind_and_their_captions_are_learnt_and_the_card_says_what_it_is(train, folder, tmp_path):
    card = train(tmp_path, seed=3)
    model, tokenizer, processor = load_model(str(tmp_path))
    assert (card["source"], card["training pictures"], card["captions of each"]) == (str(folder), 40, 1)
    assert card["plan"]["seed"] == 3
    assert f"CLIP, {model.num_parameters():,} parameters" in card["model"]
    assert card["validation"]["all"] == {"pictures": 5, "caption": 100.0, "picture": 100.0}
    assert [entry["step"] for entry in card["history"]] == [0, 20, 40, 60, 80, 100]
    assert card["sha256"] == sha256(tmp_path / "model.safetensors")
    blue = encode_pictures(model, processor, [Image.new("RGB", (50, 30), "blue")])
    texts = encode_captions(model, tokenizer, [f"a {colour} picture" for colour in COLOURS])
    assert COLOURS[(blue @ texts.T).argmax()] == "blue"


def test_the_same_pictures_in_parquet_files_teach_the_same(train, folder, tmp_path):
    (parquet := tmp_path / "parquet").mkdir()
    for split in ("train", "validation"):
        load_captions(str(folder), split).to_parquet(parquet / f"{split}.parquet")
    assert train(tmp_path / "a")["sha256"] == train(tmp_path / "b", source=parquet)["sha256"]


def test_an_interrupted_training_goes_on_to_the_same_weights(train, tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", Interrupted(80))
    parts = train(tmp_path / "parts", print)
    assert parts["sha256"] == whole["sha256"] != train(tmp_path / "other", seed=1)["sha256"]


def test_of_many_captions_the_first_two_and_the_last_are_learnt():
    assert chosen_captions([["a", "b", "c", "d"], ["e", "f", "g"]]) == [["a", "b", "d"], ["e", "f", "g"]]


def test_where_a_picture_has_few_captions_the_last_of_each_is_learnt():
    assert chosen_captions([["a", "b", "c"], ["d", "e"]]) == [["c"], ["e"]]
