"""Checkpoints in one GGUF file: model, tokenizer and chat template."""

from pathlib import Path
from typing import NoReturn

import torch
from gguf import GGMLQuantizationType

from course_lib.errors import CourseError, located
from course_lib.models import Llm
from course_lib.workshop.convert.artifacts import ARTIFACTS, fetched
from course_lib.workshop.convert.gguf_file import GgufFile
from course_lib.workshop.convert.gguf_llm import llm_from_gguf
from course_lib.workshop.convert.gguf_packed import packed_llm_from_gguf
from course_lib.workshop.convert.gguf_tokenizer import GgufVocabulary, gguf_tokenizer
from course_lib.workshop.convert.hub import HubCheckpoint
from course_lib.workshop.convert.hub_chat import HubChatTemplate
from course_lib.workshop.convert.hub_tokenizer import HubTokenizer

DTYPES = {GGMLQuantizationType.F32: torch.float32, GGMLQuantizationType.BF16: torch.bfloat16}


class GgufCheckpoint:
    """A model and what belongs to it, each read when it is asked for; to be used as a `HubCheckpoint` is.

    Args:
        path: the file.

    Raises:
        CourseError: see `GgufFile`.
    """

    def __init__(self, path: Path | str):
        self.file = GgufFile(path)

    @property
    def dtype(self) -> torch.dtype:
        """The type that is enough for its largest matrix: float16, if that has fewer bits."""
        largest = max(self.file.stored.values(), key=lambda tensor: tensor.n_elements)
        return DTYPES.get(largest.tensor_type, torch.float16)

    @property
    def unpacked_bytes(self) -> int:
        """The size of its weights as float32."""
        return 4 * sum(int(tensor.n_elements) for tensor in self.file.stored.values())

    def model(self, dtype: torch.dtype = torch.float32) -> Llm:
        """Ours, in eval mode, see `llm_from_gguf`."""
        with located(str(self.file.path)):
            return llm_from_gguf(self.file, dtype)

    def packed(self) -> Llm:
        """Ours for a CPU to write with, see `packed_llm_from_gguf`."""
        with located(str(self.file.path)):
            return packed_llm_from_gguf(self.file)

    def tokenizer(self) -> HubTokenizer:
        """Its tokenizer. Raises CourseError where it has none that we know."""
        with located(str(self.file.path)):
            return gguf_tokenizer(self.file.settings)

    def chat_template(self) -> HubChatTemplate:
        """Its `HubChatTemplate`. Raises CourseError where it has none."""
        return HubChatTemplate(self.tokenizer(), GgufVocabulary(self.file.settings).end_ids())

    def image_processor(self) -> NoReturn:
        """Raises CourseError: a GGUF file holds the part of a model that reads."""
        raise CourseError(f"{self.file.path} has no image processor")


def open_checkpoint(name: Path | str) -> HubCheckpoint | GgufCheckpoint:
    """Open a fetched model, a GGUF file, a folder in the layout of the hub, or a hub id.

    Raises:
        CourseError: there is no such checkpoint.
    """
    name = fetched(name) if name in ARTIFACTS else name
    return GgufCheckpoint(name) if Path(name).suffix == ".gguf" else HubCheckpoint(name)
