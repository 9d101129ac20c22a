"""The recipe of CLIP: pictures of any kind in files, and which of their captions are learned."""

from pathlib import Path

import pytest
from PIL import Image

from course_lib.data import load_captions
from course_lib.evaluation import encode_captions, encode_pictures
from course_lib.models import load_model
from course_lib.workshop.recipes import run
from course_lib.workshop.recipes.clip import chosen_captions
from tests.workshop.recipes.toys import COLORS, longer, quiet


def test_pictures_of_any_kind_and_their_captions_are_learned_and_the_card_says_what_it_is(toys, tmp_path):
    recipe, source = toys["clip"]
    card = run(longer(recipe, 100), source, out=tmp_path, report=quiet)
    model, tokenizer, processor = load_model(str(tmp_path))
    assert (card["source"], card["training pictures"], card["captions of each"]) == (source, 40, 1)
    assert card["validation"]["all"] == {"pictures": 5, "caption": 100.0, "picture": 100.0}
    assert [entry["step"] for entry in card["history"]] == [0, 20, 40, 60, 80, 100]
    blue = encode_pictures(model, processor, [Image.new("RGB", (50, 30), "blue")])
    texts = encode_captions(model, tokenizer, [f"a {color} picture" for color in COLORS])
    assert COLORS[(blue @ texts.T).argmax()] == "blue"


@pytest.mark.usefixtures("shapes_unchecked")
def test_the_same_pictures_in_parquet_files_teach_the_same(toys, tmp_path):
    recipe, source = toys["clip"]
    (parquet := tmp_path / "parquet").mkdir()
    for split in ("train", "validation"):
        load_captions(source, split).to_parquet(parquet / f"{split}.parquet")
    same, other = (run(recipe, str(data), out=tmp_path / data.name, report=quiet) for data in (Path(source), parquet))
    assert same["sha256"] == other["sha256"]


def test_all_captions_are_learned_where_all_pictures_have_as_many():
    assert chosen_captions([["a", "b", "c"], ["d", "e", "f"]]) == [["a", "b", "c"], ["d", "e", "f"]]


def test_where_some_pictures_have_fewer_captions_the_last_of_each_is_learned():
    assert chosen_captions([["a", "b", "c"], ["d", "e"]]) == [["c"], ["e"]]
