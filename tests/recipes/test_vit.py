"""The recipe of the vision transformer, from a folder of pictures to a model with its card, whole and interrupted."""

import numpy as np
import pytest
from PIL import Image

from course_lib.data import load_images
from course_lib.files import sha256
from course_lib.models import load_model
from course_lib.recipes import vit
from course_lib.recipes.vit import train_vit
from course_lib.training import Plan
from tests.recipes.conftest import Interrupted


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder of pictures in three classes by their shade: of many sizes, grey, coloured, with transparent parts."""
    folder = tmp_path_factory.mktemp("shades")
    for number, name in enumerate(("black", "grey", "white")):
        (folder / name).mkdir()
        for i in range(20):
            mode = ("L", "RGB", "RGBA")[i % 3]
            size = (9 + 3 * i, 41 - i)
            Image.new("L", size, 127 * number).convert(mode).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture
def train(monkeypatch, folder):
    """A function that trains on the folder, or on another source."""
    monkeypatch.setattr(vit, "PLAN", Plan(steps=20, learning_rate=5e-3, evaluations=5, saves=5))
    sizes = {"image_size": 16, "patch_size": 5, "d_model": 12, "d_ff": 22, "num_heads": 2, "num_layers": 1}
    monkeypatch.setattr(vit, "SIZES", sizes)

    def train(out, report=print, source=folder, **settings):
        return train_vit(str(source), out=out, report=report, **settings)

    return train


def test_a_folder_of_pictures_of_any_kind_is_learnt_and_the_card_says_what_it_is(train, folder, tmp_path):
    card = train(tmp_path, seed=3)
    model, processor = load_model(str(tmp_path))
    assert model.config.classes == ("black", "grey", "white")
    assert (card["source"], card["training pictures"], card["plan"]["seed"]) == (str(folder), 48, 3)
    assert f"{model.num_parameters():,} parameters, 3 classes" in card["model"]
    assert card["validation"]["all"] == {"pictures": 6, "accuracy": 100.0}
    assert card["views"]["recolour"] == 0.0, "only what is drawn here may change its colours"
    assert [entry["step"] for entry in card["history"]] == [0, 4, 8, 12, 16, 20]
    assert card["sha256"] == sha256(tmp_path / "model.safetensors")
    black = processor([np.zeros((50, 30, 3), dtype=np.uint8)])
    assert model.config.classes[model(black).argmax()] == "black"


def test_the_same_pictures_in_parquet_files_teach_the_same(train, folder, tmp_path):
    (parquet := tmp_path / "parquet").mkdir()
    for split in ("train", "validation"):
        load_images(str(folder), split).to_parquet(parquet / f"{split}.parquet")
    assert train(tmp_path / "a")["sha256"] == train(tmp_path / "b", source=parquet)["sha256"]


def test_an_interrupted_training_goes_on_to_the_same_weights(train, tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", Interrupted(16))
    lines = []
    parts = train(tmp_path / "parts", lines.append)
    assert lines[0] == "resumed at step 12"
    assert parts["sha256"] == whole["sha256"] != train(tmp_path / "other", seed=1)["sha256"]
