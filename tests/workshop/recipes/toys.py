"""The recipes at toy size, and the small models with random weights that some of them start from."""

import io
from dataclasses import replace

import datasets
import torch
from PIL import Image

from course_lib.data import ImageProcessor
from course_lib.models import Connector, ConnectorConfig, save_model
from course_lib.training import Plan
from course_lib.workshop.recipes import RECIPES
from course_lib.workshop.recipes.connector import assembled
from course_lib.workshop.recipes.recipe import Bundle
from tests.chats import chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, tiny_clip, tiny_llm, tiny_scorer
from tests.parity import shake
from tests.toys import toy_tokenizer
from tests.workshop.convert.gguf_files import settings_of, tensors_of, twin
from tests.workshop.convert.gguf_files import write as write_gguf
from tests.workshop.convert.test_gguf_tokenizer import byte_level

COLORS = ("red", "green", "blue", "white", "black")
LLM = {"d_model": 12, "d_ff": 22, "num_heads": 2, "num_kv_heads": 1, "num_layers": 1, "max_length": 97}
TRANSLATOR = {"d_model": 14, "num_heads": 2, "d_ff": 22, "num_encoder_layers": 1, "num_decoder_layers": 1}
TOWER = {"d_model": 12, "d_ff": 22, "num_heads": 2, "num_layers": 1}


def quiet(line):
    """A report that nobody reads."""


def write_pictures(folder, counts):
    """Pictures of one color each, in parquet files: captions and answers say which."""
    for split, count in counts.items():
        datasets.Dataset.from_list([row(COLORS[i % 4]) for i in range(count)]).to_parquet(folder / f"{split}.parquet")


def row(color):
    """A picture with its caption and its dialogue."""
    with io.BytesIO() as file:
        Image.new("RGB", (IMAGE_SIZE, IMAGE_SIZE), color).save(file, "PNG")
        picture = {"bytes": file.getvalue(), "path": None}
    texts = [{"user": "Which?", "assistant": f"{color}.", "kind": "colour", "form": "word"}]
    return {"image": picture, "images": [picture], "caption": color, "texts": texts}


def write_parts(folder):
    """Save a base and a chat model, a judge, a CLIP, a connector, a model that sees, and a Llama of others with the
    connector to it."""
    torch.manual_seed(0)
    words = chat_tokenizer()
    llm = tiny_llm(vocab_size=len(words), max_length=199)
    processor = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
    clip = tiny_clip(text={"vocab_size": len(toy_tokenizer())})
    bridge = shake(Connector(ConnectorConfig(d_vision=clip.config.vision.d_model, d_model=llm.config.d_model)))
    for name in ("base", "chat"):
        save_model(llm, folder / name, words)
    save_model(tiny_scorer(vocab_size=len(words), max_length=199), folder / "reward", words)
    save_model(clip, folder / "clip", toy_tokenizer(), processor)
    save_model(bridge, folder / "connector")
    seeing = assembled(Bundle(clip, processor=processor), bridge, Bundle(llm, words))
    save_model(seeing.model, folder / "vlm", *seeing.preparers)
    width = write_llama(folder / "smollm2.gguf")
    bridge = Connector(ConnectorConfig(d_vision=clip.config.vision.d_model, d_model=width))
    save_model(shake(bridge), folder / "connector-smollm2")


def write_llama(path):
    """Write a Llama with random weights and a tokenizer into a GGUF file; its width."""
    words = byte_level(bos_token_id=3, add_bos_token=False)
    llama = twin("llama", vocab_size=len(words["tokenizer.ggml.tokens"]), max_position_embeddings=199)
    write_gguf(path, settings_of("llama", llama.config) | words, tensors_of("llama", llama))
    return llama.config.hidden_size


class Toys(dict):
    """By the name of a recipe its toy, and the data that it learns from."""

    def __missing__(self, name):
        raise LookupError(
            f'the recipe "{name}" has no toy: add a line for it to `toy_recipes` in tests/workshop/recipes/toys.py: '
            f"the fixture that makes its data, and the fields that make it small"
        )


def toy_recipes(parts):
    """Each recipe for any data, made small, with the fixture that makes its data, or "world".

    It starts from the models in the folder `parts`.
    """
    short, long = (Plan(steps=steps, learning_rate=5e-3, evaluations=5, saves=5) for steps in (5, 20))
    few = replace(short, steps=2, evaluations=1)
    vlm = {"tokens_per_batch": 400, "sampled": 2}
    earlier = tuple(
        small(stage, plan=replace(short, steps=steps, evaluations=1), **vlm)
        for stage, steps in zip(RECIPES["vlm"].on("mine").earlier, (3, 4), strict=False)
    )
    vision, text = {"image_size": 16, "patch_size": 8, **TOWER}, {"max_length": 11, **TOWER}
    toys = {
        "translator": ("sentences", {"plan": short, "tokens_per_batch": 200, "vocab_size": 300, "sizes": TRANSLATOR}),
        "bert": ("stories", {"plan": short, "tokens_per_batch": 200, "vocab_size": 300, "sizes": TOWER}),
        "base": ("stories", {"plan": short, "tokens_per_batch": 200, "vocab_size": 300, "sizes": LLM}),
        "chat": ("dialogues", {"plan": short, "tokens_per_batch": 400}),
        "reward": ("pairs", {"plan": replace(long, learning_rate=1e-2), "tokens_per_batch": 600}),
        "aligned": ("pairs", {"plan": short, "max_new_tokens": 5}),
        "connector": ("seen", {"plan": short, "tokens_per_batch": 400}),
        "vlm": ("seen", {"plan": replace(short, steps=7), "earlier": earlier, **vlm}),
        "vlm-aligned": ("world", {"plan": short, "pictures": 3, "examined": 2, "sampled": 1, "tokens_per_batch": 1000}),
        "vit": ("shades", {"plan": long, "sizes": {**vision, "patch_size": 5}}),
        "clip": ("colours", {"plan": short, "batch_size": 10, "vocab_size": 300, "vision": vision, "text": text}),
        "connector-smollm2": ("seen", {"plan": few, "tokens_per_batch": 400, "examined": 2, "sampled": 1}),
        "vlm-smollm2": ("seen", {"plan": few, "tokens_per_batch": 400, "examined": 2, "sampled": 1, "rank": 2}),
    }
    files = {"smollm2": "smollm2.gguf"}
    made = Toys()
    for name, (data, fields) in toys.items():
        starts = tuple(str(parts / files.get(start, start)) for start in RECIPES[name].starts_from)
        made[name] = small(RECIPES[name].on("mine"), starts_from=starts, **fields), data
    return made


def longer(recipe, steps, **plan):
    """A recipe with so many steps: enough to learn something."""
    return replace(recipe, plan=replace(recipe.plan, steps=steps, **plan))


def small(recipe, **fields):
    """A recipe with other fields, on any data."""
    return replace(recipe, on_other_data={}, **fields)
