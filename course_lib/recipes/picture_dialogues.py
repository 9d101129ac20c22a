"""Dialogues about pictures, from which models that see learn; a frozen tower looks at every picture once, before."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.convert import HubChatTemplate, HubTokenizer
from course_lib.data import (
    Batches,
    ChatTemplate,
    ImageProcessor,
    Template,
    TextTokenizer,
    dialogue_batches,
    load_descriptions,
    load_picture_dialogues,
    picture_examples,
    with_images,
    with_pictures,
)
from course_lib.errors import CourseError
from course_lib.evaluation import look_at
from course_lib.models import Vlm
from course_lib.shapes import Features, Pixels
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import practice

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

CHAT_ML = (
    "{% for message in messages %}{{ bos_token + message.role + '\n' }}"
    "{% for part in message.content %}{{ part.text if part.type == 'text' else '<image>' }}{% endfor %}"
    "{{ eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ bos_token + 'assistant\n' }}{% endif %}"
)

Turns = list[list[dict[str, str]]]  # of each dialogue: what the user asks, and what the assistant says


@dataclass(frozen=True)
class PictureDialogues:
    """Dialogues in the columns of `load_picture_dialogues`: for each its pictures, and its texts."""

    images: list
    texts: list

    def __len__(self):
        return len(self.texts)

    def __add__(self, other):
        return PictureDialogues(self.images + other.images, self.texts + other.texts)

    def select(self, numbers: Iterable[int]) -> "PictureDialogues":
        """The dialogues with these numbers."""
        return PictureDialogues([self.images[i] for i in numbers], [self.texts[i] for i in numbers])

    def about_one_picture(self, count: int) -> "PictureDialogues":
        """The first `count` dialogues that are about one picture. Raises CourseError where there are none."""
        single = [i for i, images in enumerate(self.images) if len(images) == 1]
        if not single:
            raise CourseError(f"none of {len(self)} dialogues is about one picture alone, so none can be asked")
        return self.select(single[:count])


def descriptions(source: Path | str, split: str) -> PictureDialogues:
    """The captions of `source` as dialogues (see `load_descriptions`)."""
    return in_memory(load_descriptions(source, split))


def instructions(source: Path | str, split: str) -> PictureDialogues:
    """The dialogues of `source` (see `load_picture_dialogues`)."""
    return in_memory(load_picture_dialogues(source, split))


def in_memory(rows: "datasets.Dataset") -> PictureDialogues:
    """The dialogues of a data set; pictures stay files, or what these contain, until they are looked at."""
    return PictureDialogues(list(with_images(rows, decode=False)["images"]), list(rows["texts"]))


def practised(pictures: list[list[object]], split: str, **amounts: int) -> PictureDialogues:
    """Dialogues of questions that are hard to see about the pictures of a split of the little world: see `practice`."""
    texts = [[asdict(turn) for turn in practice(scene, **amounts)] for scene in make_scenes(split)]
    return PictureDialogues(pictures, texts)


def template_of(model: Vlm, tokenizer: TextTokenizer) -> Template:
    """How dialogues are written for a `Vlm`: in our way, or with a language model of others in ChatML."""
    if isinstance(tokenizer, HubTokenizer):
        places = model.config.image_id, model.config.num_visual_tokens
        return HubChatTemplate(tokenizer.with_template(CHAT_ML), {tokenizer.eos_id}, *places)
    return ChatTemplate(tokenizer, model.config.num_visual_tokens)


def prompt_lengths(rows: PictureDialogues, model: Vlm, tokenizer: TextTokenizer) -> list[int]:
    """For each dialogue the tokens of its longest question, with the pictures."""
    template = template_of(model, tokenizer)
    return [
        max(len(template.prompt([{"role": "user", "content": with_pictures(images, text["user"])}])) for text in texts)
        for images, texts in zip(rows.images, rows.texts, strict=True)
    ]


def see(rows: PictureDialogues, model: Vlm, processor: ImageProcessor) -> Features:
    """What the tower makes of all the pictures of rows."""
    return look_at(list(chain.from_iterable(rows.images)), model, processor)


def pixels_of(rows: PictureDialogues, processor: ImageProcessor) -> Pixels:
    """All the pictures of rows, as the tower gets them."""
    return processor(chain.from_iterable(rows.images))


def batches_about(
    rows: PictureDialogues,
    seen: Features,
    model: Vlm,
    tokenizer: TextTokenizer,
    tokens_per_batch: int,
    seed: int,
) -> Batches:
    """The batches of rows for a `Vlm`; `seen` is what `see` gives of them."""
    pictures = iter(seen)
    dialogues = {"images": [[next(pictures) for _ in images] for images in rows.images], "texts": rows.texts}
    examples = picture_examples(dialogues, template_of(model, tokenizer), model.config.max_length)
    return dialogue_batches(examples, tokens_per_batch, seed)
