"""Whom `course chat` talks with: one of our models or a checkpoint of others, which reads or also sees."""

import os
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import typer

from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.runtime import pick_device, set_threads

if TYPE_CHECKING:  # each command imports what it needs when it runs
    import torch

    from course_lib.data import ChatTemplate, ImageProcessor, Tokenizer
    from course_lib.generation import Chat
    from course_lib.models.base import Model
    from course_lib.workshop.convert import GgufCheckpoint, HubChatTemplate, HubCheckpoint

PATIENCE = 2  # seconds of silence, before it is said what takes so long
LARGE = 2**30  # bytes of weights: from here on, memory is worth more than time


def talker(name: str) -> partial:
    """Return a function that makes a `Chat` with the model `name`, from the settings of a `Chat`.

    Raises:
        CourseError: there is no such model, or it is of another kind.
    """
    from course_lib.models import Llm, Vlm, check_kind

    set_threads()
    model, prepare = find(name)
    check_kind(name, model, Llm, Vlm)
    return prepare(ready_to_write(model.to(pick_device())))


def ready_to_write(model: "Model") -> "Model":
    """A model as it writes fastest: on the CPU an `Llm` is fused, unless a copy would take much memory.

    Whether it writes on one core is decided here, once.
    """
    from course_lib.models import Llm
    from course_lib.workshop.fast import fuse

    weights = list(model.parameters())
    if not isinstance(model, Llm) or not weights[0].is_cpu or sum(w.nbytes for w in weights) > LARGE:
        return model
    told = "(compiled for this processor, once: a quarter of a minute)"
    note = Timer(PATIENCE, typer.secho, [told], {"dim": True, "err": True})
    note.start()
    try:
        fused = fuse(model)
    finally:
        note.cancel()
    if fused.is_small:
        set_threads(1)
    return fused


def find(name: str) -> tuple["Model", Callable[["Model"], Callable[..., "Chat"]]]:
    """A model, and a function from it to what `talker` gives."""
    from course_lib.models import load_model
    from course_lib.workshop.convert import open_checkpoint

    if is_checkpoint(name):
        checkpoint = open_checkpoint(name)
        template = checkpoint.chat_template()
        device = pick_device()
        on_cpu = device.type == "cpu"
        model = for_a_cpu(checkpoint) if on_cpu else checkpoint.model(well_computed(checkpoint.dtype, device))
        return model, lambda model: chat_with(model, template, checkpoint.image_processor)
    model, *preparers = load_model(name)
    return model, lambda model: chat_with(model, our_template(model, preparers[0]), lambda: preparers[1])


def for_a_cpu(checkpoint: "HubCheckpoint | GgufCheckpoint") -> "Model":
    """The model of a checkpoint as a CPU computes it: packed, but not if that saves little memory and changes answers.

    A packed layer rounds its inputs to 8 bits where its weights have 4, which decides near ties otherwise. So a GGUF
    file whose weights fit into memory as float32 is not packed. Files in the hub's layout are packed without loss.
    """
    unpacked = getattr(checkpoint, "unpacked_bytes", None)
    return checkpoint.packed() if unpacked is None or unpacked > LARGE else checkpoint.model()


def well_computed(dtype: "torch.dtype", device: "torch.device") -> "torch.dtype":
    """The type of numbers to compute with where weights are stored as `dtype`: that one, if the device is made for it.

    NVIDIA's cards are made for 16 bits, which take half the memory; but old ones only imitate bfloat16. Elsewhere it is
    float32; see `PackedLinear` for what a CPU does.
    """
    import torch

    if device.type != "cuda":
        return torch.float32
    imitated = dtype == torch.bfloat16 and not torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.float32 if imitated else dtype


def chat_with(
    model: "Model", template: "ChatTemplate | HubChatTemplate", image_processor: Callable[[], "ImageProcessor"]
) -> Callable[..., "Chat"]:
    """Return a function that makes conversations; `image_processor` is called only for a model that sees."""
    from course_lib.generation import Chat
    from course_lib.models import Vlm

    return partial(Chat, model, template, processor=image_processor() if isinstance(model, Vlm) else None)


def served(new_chat: partial) -> partial:
    """The same for conversations that share a `Server`; a model that sees has none, and answers one after the other."""
    from course_lib.generation import ServedChat, Server

    if new_chat.keywords["processor"] is not None:
        return new_chat
    model, template = new_chat.args
    return partial(ServedChat, Server(model), template)


def our_template(model: "Model", tokenizer: "Tokenizer") -> "ChatTemplate":
    """The chat template of a model of ours."""
    from course_lib.data import ChatTemplate
    from course_lib.models import Vlm

    return ChatTemplate(tokenizer, model.config.num_visual_tokens if isinstance(model, Vlm) else None)


def is_checkpoint(name: str) -> bool:
    """Return True if a name is that of a fetched model, a GGUF file, a hub id, or a folder in the layout of the hub."""
    from course_lib.models import find_model
    from course_lib.workshop.convert.artifacts import ARTIFACTS

    if name in ARTIFACTS or Path(name).suffix == ".gguf":
        return True
    try:
        config = read_json(find_model(name) / "config.json")
    except CourseError:
        return "/" in name and not os.path.exists(name)
    return isinstance(config, dict) and "model_type" in config


def show(talk: "Chat", pictures: Iterable[object]) -> "Chat":
    """Show pictures in a conversation. Raises CourseError where one can't be read, or the model doesn't see."""
    for picture in pictures:
        talk.show(picture)
    return talk
