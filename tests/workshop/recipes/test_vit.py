"""The recipe of the vision transformer, from a folder of pictures of any kind to a model that names them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course_lib.data import load_images
from course_lib.errors import CourseError
from course_lib.models import Vit, load_model
from course_lib.workshop.recipes import run
from course_lib.workshop.recipes.recipe import Bundle
from course_lib.workshop.recipes.vit import VIT
from tests.workshop.recipes.toys import quiet


def test_a_folder_of_pictures_of_any_kind_is_learned_and_the_card_says_what_it_is(toys, tmp_path):
    recipe, source = toys["vit"]
    card = run(recipe, source, out=tmp_path, report=quiet)
    model, processor = load_model(str(tmp_path))
    assert model.config.classes == ("black", "grey", "white")
    assert (card["source"], card["training pictures"]) == (source, 48)
    assert f"{model.num_parameters():,} parameters" in card["model"]
    assert card["validation"]["all"] == {"pictures": 6, "accuracy": 100.0}
    assert VIT.on("mine").views.flip == 0.0, "only what is drawn here may be turned"
    assert [entry["step"] for entry in card["history"]] == [0, 4, 8, 12, 16, 20]
    black = processor([np.zeros((50, 30, 3), dtype=np.uint8)])
    assert model.config.classes[model(black).argmax()] == "black"


def test_a_model_of_other_classes_is_not_scored_by_their_numbers(toys):
    recipe, source = toys["vit"]
    pictures = recipe.load(source, "validation")
    bundle = recipe.build(recipe.load(source, "train"))
    other = Bundle(Vit(replace(bundle.model.config, classes=("black", "white", "grey"))), processor=bundle.processor)
    with pytest.raises(CourseError, match="must be those of the pictures, black, grey, white; got black, white, grey"):
        recipe.evaluate(pictures, other)


def test_the_same_pictures_in_parquet_files_teach_the_same(toys, tmp_path):
    recipe, source = toys["vit"]
    (parquet := tmp_path / "parquet").mkdir()
    for split in ("train", "validation"):
        load_images(source, split).to_parquet(parquet / f"{split}.parquet")
    same, other = (run(recipe, str(data), out=tmp_path / data.name, report=quiet) for data in (Path(source), parquet))
    assert same["sha256"] == other["sha256"]
