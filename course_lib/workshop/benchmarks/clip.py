"""Pictures per second of training CLIP: ours, and open_clip's of the same shape.

Wanted: 1.2 times theirs: it is about that in all three shapes.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

from course_lib.data import CaptionBatch
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig
from course_lib.objectives import Contrastive
from course_lib.runtime import seed_everything
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table
from course_lib.workshop.benchmarks.steps import SHAPES, contest, random_pictures

if TYPE_CHECKING:  # slow to import
    import open_clip

SHORT, LONG = {"vocab_size": 600, "max_length": 32}, {"vocab_size": 49408, "max_length": 77}
TEXTS = dict(zip(SHAPES, (SHORT, SHORT, LONG), strict=True))
MISSING = "open_clip is not installed: pip install open_clip_torch"


def measure(options: Options) -> Table:
    """Both see the same pictures and captions, with the same optimizer; each has its own loss, which is the same.

    The towers for texts are as wide and deep as those for pictures. All captions are as long as a text can be, since
    open_clip computes nothing shorter.
    """
    if find_spec("open_clip") is None:
        return [{"name": MISSING, "pictures_per_second": None, "ratio": None}]
    return [row for name in SHAPES for row in compare_shape(name, our_config(SHAPES[name], TEXTS[name]), options)]


def our_config(sizes: dict[str, int], text_sizes: dict[str, int]) -> ClipConfig:
    """Our model in the shape of theirs; the last token of the vocabulary ends a text."""
    layers = {key: sizes[key] for key in ("d_model", "d_ff", "num_heads", "num_layers")}
    text = TextConfig(**layers, **text_sizes, end_id=text_sizes["vocab_size"] - 1)
    vision = VisionConfig(**sizes, input_norm=True, norm_eps=text.norm_eps)
    return ClipConfig(vision=vision, text=text, d_joint=sizes["d_model"])


def compare_shape(name: str, config: ClipConfig, options: Options) -> Table:
    """The rows of one shape."""
    from open_clip import ClipLoss

    seed_everything(0)
    pixels = random_pictures(config.vision.image_size)
    tokens = torch.randint(config.text.end_id, (len(pixels), config.text.max_length))
    tokens[:, -1] = config.text.end_id
    batch, loss = CaptionBatch(pixels=pixels, tokens=tokens.unsqueeze(1)), ClipLoss()
    contestants = {
        "Clip": (Clip(config), lambda model: Contrastive()(model, batch).mean),
        "open_clip CLIP": (open_clip_model(config), lambda model: loss(*model(pixels, tokens))),
    }
    return contest(name, contestants, len(pixels), options)


def open_clip_model(config: ClipConfig) -> "open_clip.CLIP":
    """Their model of this shape, with random weights."""
    from open_clip import CLIP, CLIPTextCfg, CLIPVisionCfg

    vision, text = config.vision, config.text
    pictures = CLIPVisionCfg(
        image_size=vision.image_size,
        patch_size=vision.patch_size,
        width=vision.d_model,
        head_width=vision.d_model // vision.num_heads,
        layers=vision.num_layers,
        mlp_ratio=vision.d_ff / vision.d_model,
    )
    texts = CLIPTextCfg(
        context_length=text.max_length,
        vocab_size=text.vocab_size,
        width=text.d_model,
        heads=text.num_heads,
        layers=text.num_layers,
        mlp_ratio=text.d_ff / text.d_model,
    )
    return CLIP(config.d_joint, pictures, texts)
