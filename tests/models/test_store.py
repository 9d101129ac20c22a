"""Models on disk: what is loaded computes what was saved, and what is not right is refused by name."""

import json

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import read_tensors, write_tensors
from course_lib.models import Llm, find_model, load_model, save_model, store
from course_lib.workshop.convert import llm_to_hugging_face, open_checkpoint
from tests.models.tiny import tiny_llm
from tests.toys import WORDS, tiny_translator, toy_tokenizer

SOURCE, TARGET = torch.tensor([[3, 5, 2, 16, 11]]), torch.tensor([[1, 4, 9]])


@pytest.fixture
def folder(tmp_path):
    """What `model()` is saved in."""
    save_model(model(), tmp_path / "tiny", toy_tokenizer())
    return tmp_path / "tiny"


def model():
    """The same model each time."""
    torch.manual_seed(7)
    return tiny_translator(vocab_size=len(toy_tokenizer()))


def edit_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_loaded_model_has_the_logits_of_the_saved_one(folder):
    saved = model()
    loaded, tokenizer = load_model(folder)
    assert torch.equal(loaded(SOURCE, TARGET), saved(SOURCE, TARGET))
    assert loaded.config == saved.config
    assert not loaded.training
    assert tokenizer.encode(" ".join(WORDS)) == toy_tokenizer().encode(" ".join(WORDS))


def test_what_was_tied_stays_tied(folder):
    loaded, _ = load_model(folder)
    table = loaded.encoder.embedding.table.weight
    assert table is loaded.decoder.embedding.table.weight
    assert table is loaded.decoder.output.weight


def test_a_saved_model_is_three_files_none_of_them_a_pickle(folder):
    assert sorted(file.name for file in folder.iterdir()) == ["config.json", "model.safetensors", "tokenizer.json"]


def test_saving_twice_gives_the_same_bytes(folder, tmp_path):
    loaded, tokenizer = load_model(folder)
    save_model(loaded, tmp_path / "again", tokenizer)
    for file in folder.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_truncated_weights_are_refused_by_name(folder, share):
    weights = folder / "model.safetensors"
    size = int(share * weights.stat().st_size)
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(CourseError, match=rf"model\.safetensors \({size:,} bytes\) is damaged"):
        load_model(folder)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"num_encoder_layers": 3}, r"missing tensors: \['encoder\.layers\.2"),
        ({"num_decoder_layers": 2}, r"unknown tensors: \['decoder\.layers\.2"),
        ({"d_ff": 12}, r"wrong shape: \['\w+\.layers\.\d\.feed_forward"),
    ],
)
def test_weights_of_another_model_are_refused(folder, changes, named):
    edit_json(folder / "config.json", **changes)
    with pytest.raises(CourseError, match=f"can't be loaded into the model described by config.json; .*{named}"):
        load_model(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CourseError, match=f"{name} is missing"):
        load_model(folder)


def test_an_unknown_architecture_is_refused_with_those_there_are(folder):
    edit_json(folder / "config.json", architecture="Parrot")
    with pytest.raises(CourseError, match="architecture must be one of .*Translator.* got Parrot"):
        load_model(folder)


def test_a_setting_that_the_config_does_not_know_is_named(folder):
    edit_json(folder / "config.json", num_legs=4)
    with pytest.raises(CourseError, match="TranslatorConfig can't be built from these settings: .*num_legs"):
        load_model(folder)


@pytest.mark.parametrize("damage", ["{", "", "[1, 2]", '"a text"'])
def test_a_damaged_config_is_named(folder, damage):
    (folder / "config.json").write_text(damage)
    with pytest.raises(CourseError, match=r"config\.json"):
        load_model(folder)


def test_a_tokenizer_of_another_vocabulary_is_refused(folder):
    toy_tokenizer(290).save(folder / "tokenizer.json")
    with pytest.raises(CourseError, match="must have 300 tokens, as many as the model, got 290"):
        load_model(folder)


def test_an_unknown_name_is_answered_with_the_shipped_models(folder, monkeypatch):
    monkeypatch.setattr(store, "MODELS", folder.parent)
    save_model(model(), folder.parent / "also", toy_tokenizer())
    with pytest.raises(CourseError, match=r'a shipped model \(also, tiny\), got "parrot"'):
        load_model("parrot")
    assert find_model("tiny") == folder


def test_without_shipped_models_there_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MODELS", tmp_path / "nothing")
    with pytest.raises(CourseError, match=r"a shipped model \(none\)"):
        find_model("parrot")


@pytest.mark.parametrize("bad", [torch.nan, -torch.inf])
def test_a_number_that_is_not_finite_is_named(bad, folder):
    tensors, _ = read_tensors(folder / "model.safetensors")
    for name in list(tensors)[::5]:
        damaged = tensors[name].clone()
        damaged.view(-1)[-1] = bad
        write_tensors(folder / "model.safetensors", tensors | {name: damaged})
        with pytest.raises(CourseError, match=rf"model\.safetensors: {name} contains NaN or infinity"):
            load_model(folder)


@pytest.mark.parametrize("dtype", [torch.int8, torch.int64, torch.bool])
def test_weights_of_another_kind_of_numbers_are_named(dtype, folder):
    tensors, _ = read_tensors(folder / "model.safetensors")
    name = sorted(tensors)[3]
    write_tensors(folder / "model.safetensors", tensors | {name: tensors[name].to(dtype)})
    with pytest.raises(
        CourseError, match=rf"{name} must be stored as one of .* got {str(dtype).removeprefix('torch.')}"
    ):
        load_model(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": ["Translator"]},
        {"dropout": 7},
        {"dropout": "x"},
        {"d_model": 14.0},
        {"num_heads": 0},
        {"num_heads": [2]},
        {"norm_first": "no"},
        {"vocab_size": 2**63},
        {"max_length": None},
        {"num_encoder_layers": True},
    ],
)
def test_a_config_with_a_value_of_another_kind_is_named(changes, folder):
    edit_json(folder / "config.json", **changes)
    with pytest.raises(CourseError, match=r"config\.json"):
        load_model(folder)


def test_a_name_longer_than_any_file_has_is_answered_like_others():
    with pytest.raises(CourseError, match='a model must be a folder .* got "xxx'):
        find_model(300 * "x")


def test_a_model_of_others_is_refused_with_the_function_that_loads_it(tmp_path):
    llm_to_hugging_face(tiny_llm(), tmp_path / "hub")
    for name in ("smollm2", tmp_path / "hub"):
        with pytest.raises(
            CourseError, match=r"course_lib\.workshop\.convert\.open_checkpoint\(name\)\.model\(\) loads"
        ):
            load_model(name)
    assert isinstance(open_checkpoint(tmp_path / "hub").model(), Llm)
