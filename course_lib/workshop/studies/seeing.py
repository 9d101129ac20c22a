"""What the studies of models that see share: pictures, what is said about them, a new model, and its training."""

from collections.abc import Sequence
from functools import cache

import torch

from course_lib.data import PLACEHOLDER, ChatTemplate, dialogue_batches, load_captions, picture_examples
from course_lib.data.picture_dialogues import DESCRIBE
from course_lib.models import Connector, ConnectorConfig, Vlm, load_model
from course_lib.objectives import TokenPrediction
from course_lib.shapes import Features, Pixels
from course_lib.workshop.studies.harness import fit
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import full_caption
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.scene import Scene

Texts = list[list[dict[str, str]]]  # of each picture what is asked and answered


@cache
def learned(count: int) -> tuple[list[Scene], Pixels]:
    """The first scenes of the training, and their pictures."""
    _, _, processor = load_model("clip")
    return make_scenes("train", count), processor(load_captions("world", "train")[:count]["image"])


@cache
def asked(count: int, held_out: str = "combination") -> tuple[list[Scene], Pixels]:
    """The first test scenes with a combination that training holds out, or those without ("scene"), with pictures."""
    _, _, processor = load_model("clip")
    scenes = [scene for scene in make_scenes("test") if scene.held_out == held_out][:count]
    return scenes, processor([render(scene) for scene in scenes])


def described(scenes: Sequence[Scene]) -> Texts:
    """Of each scene the full caption, as an answer."""
    return [[{"user": DESCRIBE, "assistant": full_caption(scene)}] for scene in scenes]


def newborn(kind: str = "mlp", model_class: type[Vlm] = Vlm) -> tuple[Vlm, ChatTemplate]:
    """CLIP's tower and the chat model, with a connector of this kind that has learned nothing."""
    (clip, _, _), (llm, tokenizer) = load_model("clip"), load_model("chat")
    config = ConnectorConfig(d_vision=clip.config.vision.d_model, d_model=llm.config.d_model, kind=kind)
    model = model_class.from_parts(clip.vision, Connector(config), llm).eval()
    return model, ChatTemplate(tokenizer.with_special(PLACEHOLDER), model.config.num_visual_tokens)


def teach(
    model: Vlm,
    template: ChatTemplate,
    seen: Features,
    texts: Texts,
    parts: Sequence[str],
    steps: int,
    rate: float,
    seed: int,
) -> None:
    """Let parts of the model learn what is said about pictures, in steps of about 1,000 tokens."""
    rows = {"images": [[picture] for picture in seen], "texts": texts}
    batches = dialogue_batches(picture_examples(rows, template, model.config.max_length), 1024, seed)
    fit(model.train_only(*parts), batches, TokenPrediction(), steps, rate, seed)


def seen_by(model: Vlm, pixels: Pixels) -> Features:
    """What its tower makes of pictures."""
    return torch.cat([model.encode_images(part) for part in pixels.split(128)])
