"""A folder in the layout of the hub, from which transformers loads a model and its tokenizer."""

from pathlib import Path

import torch

from course_lib.data import Tokenizer
from course_lib.files import write_json, write_tensors
from course_lib.workshop.convert.folder import SINGLE
from course_lib.workshop.convert.our_tokenizer import tokenizer_to_hugging_face


def write_checkpoint(
    folder: Path | str, config: dict[str, object], tensors: dict[str, torch.Tensor], tokenizer: Tokenizer | None = None
) -> None:
    """Write config.json, model.safetensors and, with a `tokenizer` of ours, that and its chat template.

    The config says in which precision the tensors are: that of the largest one.
    """
    folder = Path(folder)
    ids = {} if tokenizer is None else tokenizer_to_hugging_face(tokenizer, folder)
    dtype = max(tensors.values(), key=torch.numel).dtype
    write_json(folder / "config.json", config | ids | {"torch_dtype": str(dtype).removeprefix("torch.")})
    write_tensors(folder / SINGLE, tensors, {"format": "pt"})
