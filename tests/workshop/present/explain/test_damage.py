"""What is damaged, or doesn't fit together, is refused with a reason, and nothing is written."""

import pytest

from course_lib.data import ImageProcessor, MetWords
from course_lib.files import read_json, read_tensors, write_json, write_tensors
from course_lib.models import save_model
from tests.chats import chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, tiny_vlm
from tests.toys import tiny_translator, toy_tokenizer
from tests.workshop.cli.conftest import course


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def gone(path):
    path.unlink()


def not_finite(path):
    tensors, _ = read_tensors(path)
    next(iter(tensors.values()))[0] = float("nan")
    write_tensors(path, tensors)


def without_connector(path):
    tensors, _ = read_tensors(path)
    write_tensors(path, {name: tensor for name, tensor in tensors.items() if not name.startswith("connector")})


def of_words(path):
    """A tokenizer that knows whole words only."""
    tokenizer = read_json(path)
    vocabulary = tokenizer["model"]["vocab"]
    write_json(path, tokenizer | {"model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<pad>"}})


def without_roles(path):
    """As many tokens, but no roles."""
    path.write_text(path.read_text(encoding="utf-8").replace("<user>", "<nobody>"), encoding="utf-8")


def set_to(**values):
    """Damage that gives values of a JSON file others; "vision.kind" is that of a part."""

    def change(path):
        whole = read_json(path)
        for name, value in values.items():
            *parts, last = name.split("__")
            place = whole
            for part in parts:
                place = place[part]
            place[last] = value
        write_json(path, whole)

    change.__name__ = " ".join(f"{name}={value}" for name, value in values.items())
    return change


TRANSLATOR = [
    ("model.safetensors", cut, "damaged or not a safetensors file"),
    ("model.safetensors", not_finite, "NaN or infinity"),
    ("config.json", cut, "not valid JSON"),
    ("tokenizer.json", cut, "not a valid tokenizer file"),
    ("tokenizer.json", of_words, "can't read the tokenizer"),
    ("tokenizer.json", set_to(normalizer=None), "can't read the tokenizer"),
    ("words.json", cut, "not valid JSON"),
]
SEEING = [
    ("model.safetensors", cut, "damaged or not a safetensors file"),
    ("model.safetensors", gone, "model.safetensors"),
    ("model.safetensors", not_finite, "NaN or infinity"),
    ("model.safetensors", without_connector, "missing tensors: ['connector"),
    ("config.json", cut, "not valid JSON"),
    ("config.json", set_to(image_id=10_000), "image_id must be"),
    ("config.json", set_to(image_id=5), "image_id is 5, but the tokenizer's placeholder is"),
    ("config.json", set_to(vision_layer=-9), "vision_layer must be -4 to 3, got -9"),
    ("config.json", set_to(vision__patch_size=0), "patch_size must be"),
    ("config.json", set_to(connector__kind="a rope"), "a rope"),
    ("config.json", set_to(connector__d_model=18), "the connector must map from"),
    ("tokenizer.json", cut, "not a valid tokenizer file"),
    ("tokenizer.json", without_roles, "<user>"),
    ("preprocessor_config.json", cut, "not valid JSON"),
    ("preprocessor_config.json", gone, "preprocessor_config.json"),
    ("preprocessor_config.json", set_to(image_mean=[0.5, float("nan"), 0.5]), "must be finite"),
    ("preprocessor_config.json", set_to(size={"height": 22, "width": 22}), "the image processor must make images"),
]


def save_translator(folder):
    tokenizer = toy_tokenizer()
    save_model(tiny_translator(vocab_size=len(tokenizer)), folder, tokenizer)
    MetWords(["um"]).save(folder / MetWords.file)


def save_seeing(folder):
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer))
    save_model(model, folder, tokenizer, ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))


CASES = [(save_translator, *case) for case in TRANSLATOR] + [(save_seeing, *case) for case in SEEING]


@pytest.mark.parametrize(("save", "name", "damage", "message"), CASES)
def test_a_damaged_checkpoint_is_refused_and_nothing_is_written(save, name, damage, message, tmp_path):
    save(tmp_path / "mine")
    damage(tmp_path / "mine" / name)
    result = course("explain", tmp_path / "mine", "--out", tmp_path / "pages" / "mine.html")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
