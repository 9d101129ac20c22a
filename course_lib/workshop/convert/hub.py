"""Checkpoints in the layout of the hub, from a folder or from the hub itself."""

from pathlib import Path

import torch

from course_lib.data import ImageProcessor
from course_lib.errors import CourseError
from course_lib.models import Llm
from course_lib.models.base import Model
from course_lib.workshop.convert.bert import bert_from_hugging_face
from course_lib.workshop.convert.clip import clip_from_hugging_face
from course_lib.workshop.convert.families import FAMILIES, is_among
from course_lib.workshop.convert.folder import ShardedTensors, find_folder, read_config, weight_files
from course_lib.workshop.convert.gpt2 import gpt_from_hugging_face
from course_lib.workshop.convert.hub_chat import HubChatTemplate
from course_lib.workshop.convert.hub_tensors import require
from course_lib.workshop.convert.hub_tokenizer import HubTokenizer
from course_lib.workshop.convert.llava import llava_from_hugging_face, vlm_config
from course_lib.workshop.convert.llm import llm_from_hugging_face
from course_lib.workshop.convert.siglip import siglip_from_hugging_face
from course_lib.workshop.convert.t5 import t5_from_hugging_face
from course_lib.workshop.convert.vit import vit_from_hugging_face
from course_lib.workshop.fast import pack

CONVERTERS = {
    "bert": bert_from_hugging_face,
    "gpt2": gpt_from_hugging_face,
    "t5": t5_from_hugging_face,
    **dict.fromkeys(FAMILIES, llm_from_hugging_face),
    "vit": vit_from_hugging_face,
    "clip": clip_from_hugging_face,
    "siglip": siglip_from_hugging_face,
    "llava": llava_from_hugging_face,
}
DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}


class HubCheckpoint:
    """A model, and its tokenizer, chat template and image processor, each read when it is asked for.

    Args:
        name: a folder, or a hub id such as "Qwen/Qwen3-0.6B".

    Raises:
        CourseError: there is no such checkpoint.
    """

    def __init__(self, name: Path | str):
        self.folder = find_folder(name)
        self.config = read_config(self.folder)

    @property
    def dtype(self) -> torch.dtype:
        """The type of its weights, as its config says; float32 if it doesn't say."""
        configs = [config for config in (self.config, self.config.get("text_config")) if isinstance(config, dict)]
        named = [config.get(key) for config in configs for key in ("dtype", "torch_dtype")]
        return next((DTYPES[name] for name in named if isinstance(name, str) and name in DTYPES), torch.float32)

    def model(self, dtype: torch.dtype = torch.float32) -> Model:
        """Ours, in eval mode, with the checkpoint's weights: one after the other goes from the disk to its place.

        Raises:
            CourseError: an unknown architecture, a setting that ours can't have, weights that are pickled, quantized,
                damaged, missing, left over or of another shape.
        """
        name = self.config.get("model_type")
        if not is_among(name, CONVERTERS):
            raise CourseError(f"{self.folder}: unknown architecture {name!r}; known: {', '.join(CONVERTERS)}")
        require(self.config, quantization_config=None)
        return CONVERTERS[name](ShardedTensors(weight_files(self.folder)), self.config, dtype)

    def packed(self) -> Model:
        """Ours for a CPU to write with: the matrices of an `Llm` stay in 16 bits where they are stored so."""
        model = self.model(self.dtype if self.config.get("model_type") in FAMILIES else torch.float32)
        return pack(model) if isinstance(model, Llm) and self.dtype != torch.float32 else model

    def tokenizer(self) -> HubTokenizer:
        """Its `HubTokenizer`. Raises CourseError where it has none."""
        return HubTokenizer.load(self.folder)

    def chat_template(self) -> HubChatTemplate:
        """Its `HubChatTemplate`. Raises CourseError where it has none."""
        tokenizer = self.tokenizer()
        if self.config.get("model_type") != "llava":
            return HubChatTemplate(tokenizer, self.end_ids(tokenizer))
        config = vlm_config(self.config)
        return HubChatTemplate(tokenizer, self.end_ids(tokenizer), config.image_id, config.num_visual_tokens)

    def image_processor(self) -> ImageProcessor:
        """Its `ImageProcessor`. Raises CourseError where it has none."""
        newer = self.folder / "processor_config.json"  # where transformers saves all that prepares the input as one
        return ImageProcessor.load(newer if newer.is_file() else self.folder / ImageProcessor.file)

    def end_ids(self, tokenizer: HubTokenizer) -> set[int]:
        """The ids that end an output: those its configs name, and the tokenizer's eos_token."""
        configs = [self.config]
        if (self.folder / "generation_config.json").is_file():
            configs.append(read_config(self.folder, "generation_config.json"))
        ids = [tokenizer.eos_id]
        for config in configs:
            named = config.get("eos_token_id")
            ids += named if isinstance(named, list) else [named]
        unusable = [id for id in ids if id is not None and not isinstance(id, int)]
        if unusable:
            raise CourseError(f"{self.folder}: eos_token_id should be a number or several, got {unusable[0]!r}")
        return {id for id in ids if id is not None}
