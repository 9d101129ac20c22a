"""A language model of others gets our eyes, at toy size: what learns, what is written, and what it belongs to."""

from dataclasses import replace

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import read_json, write_json
from course_lib.models import load_model
from course_lib.workshop.convert import open_checkpoint
from course_lib.workshop.recipes import RECIPES, run
from course_lib.workshop.recipes.recipe import load_bundle
from tests.workshop.recipes.toys import longer, quiet


@pytest.mark.slow
def test_beside_the_connector_only_additions_to_the_language_model_are_written_and_learned(toys, tmp_path):
    (recipe, source), folder = toys["vlm-smollm2"], tmp_path / "eyes"
    run(longer(recipe, 11), source, out=folder, report=quiet)
    clip, connector, chat = recipe.starts_from
    [adapter] = load_model(str(folder))
    model = recipe.restore(folder).model
    text = open_checkpoint(chat).model()
    kept = {name.replace(".linear.", "."): tensor for name, tensor in model.text.state_dict().items()}
    for name, tensor in text.state_dict().items():
        assert torch.equal(kept[name][: len(tensor)], tensor), name
    for name, tensor in load_model(clip)[0].vision.state_dict().items():
        assert torch.equal(model.vision.state_dict()[name], tensor), name
    assert len(adapter.lora) == 2 * 7 * text.config.num_layers
    assert all(part.any() for part in adapter.lora)
    before = load_model(connector)[0].state_dict()
    assert not any(torch.equal(tensor, before[name]) for name, tensor in adapter.connector.state_dict().items())
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", config | {"base": "0" * 64})
    with pytest.raises(CourseError, match="belongs to the model of sha256 0000"):
        recipe.restore(folder)


@pytest.mark.slow
def test_the_first_stage_changes_the_connector_alone_and_lowers_the_loss_of_captions(toys, tmp_path):
    recipe, source = toys["connector-smollm2"]
    card = run(longer(recipe, 30), source, out=tmp_path, report=quiet)
    losses = [entry["held-out loss"] for entry in card["history"]]
    assert losses[-1] < losses[0] - 0.1
    model = recipe.restore(tmp_path).model
    text = load_bundle(recipe.starts_from[-1]).model.state_dict()
    assert all(torch.equal(model.text.state_dict()[name][: len(t)], t) for name, t in text.items())
    assert set(card["further"]) == {"without seeing", "another picture"}


@pytest.mark.parametrize("name", ["connector-smollm2", "vlm-smollm2"])
def test_where_the_language_model_is_missing_a_sentence_says_how_to_fetch_it(name, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    with pytest.raises(CourseError, match="course fetch smollm2 brings it"):
        load_bundle(RECIPES[name].starts_from[-1])


@pytest.mark.slow
def test_the_shipped_adapter_lets_smollm2_look(smollm2):
    """On ten pictures, as the card says it of a hundred, whose exam takes many minutes."""
    recipe = replace(RECIPES["vlm-smollm2"], examined=10)
    bundle = recipe.restore("vlm-smollm2")
    evaluation_set, _ = recipe.evaluation_set("world", "validation", bundle)
    seen, others = recipe.evaluate(evaluation_set, bundle), recipe.more_scores(evaluation_set, bundle)
    assert all(seen["all"]["exact"] > scores["all"]["exact"] + 20 for scores in others.values())
