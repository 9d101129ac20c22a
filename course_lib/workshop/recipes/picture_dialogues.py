"""Dialogues about pictures, from which models that see learn; a frozen tower looks at every picture once, before."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import (
    Batches,
    ChatTemplate,
    Template,
    TextTokenizer,
    dialogue_batches,
    fitting,
    fitting_dialogues,
    load_descriptions,
    load_dialogues,
    load_picture_dialogues,
    picture_examples,
    with_images,
    with_pictures,
)
from course_lib.data.pictures import Picture
from course_lib.errors import CourseError
from course_lib.evaluation import look_at
from course_lib.models import Vlm
from course_lib.shapes import Features, Pixels
from course_lib.workshop.convert import HubChatTemplate, HubTokenizer
from course_lib.workshop.recipes.chat import answerable
from course_lib.workshop.recipes.recipe import Bundle, EvaluationSet, Recipe
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import practice

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

CHAT_ML = (
    "{% for message in messages %}{{ bos_token + message.role + '\n' }}"
    "{% for part in message.content %}{{ part.text if part.type == 'text' else '<image>' }}{% endfor %}"
    "{{ eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ bos_token + 'assistant\n' }}{% endif %}"
)

Turns = list[list[dict[str, str]]]  # of each dialogue: the questions of the user, the answers of the assistant


@dataclass(frozen=True)
class PictureDialogues:
    """Dialogues in the columns of `load_picture_dialogues`: for each its pictures, and its texts."""

    images: list[list[Picture]]
    texts: Turns

    def __len__(self):
        return len(self.texts)

    def __add__(self, other):
        return PictureDialogues(self.images + other.images, self.texts + other.texts)

    def select(self, numbers: Iterable[int]) -> "PictureDialogues":
        """Return the dialogues with these numbers."""
        return PictureDialogues([self.images[i] for i in numbers], [self.texts[i] for i in numbers])

    def about_one_picture(self, count: int) -> "PictureDialogues":
        """Return the first `count` dialogues that are about one picture. Raises CourseError where there are none."""
        single = [i for i, images in enumerate(self.images) if len(images) == 1]
        if not single:
            raise CourseError(f"none of {len(self)} dialogues is about one picture alone, so none can be asked")
        return self.select(single[:count])


@dataclass(frozen=True, kw_only=True)
class PictureRecipe(Recipe[PictureDialogues, EvaluationSet]):
    """Learns dialogues about pictures, of similar lengths in a batch."""

    tokens_per_batch: int

    def fitting(self, rows: PictureDialogues, bundle: Bundle) -> tuple[PictureDialogues, int]:
        """Return the dialogues whose questions, with the pictures, leave room for an answer."""
        return fitting(rows, prompt_lengths(rows, bundle), bundle.model.config.max_length - 1)

    def batches(self, rows: PictureDialogues, bundle: Bundle, seed: int) -> Batches:
        """Return batches of dialogues of similar lengths."""
        return batches_about(rows, see(rows, bundle), bundle, self.tokens_per_batch, seed)


def descriptions(source: Path | str, split: str) -> PictureDialogues:
    """Load the captions of `source` as dialogues (see `load_descriptions`)."""
    return in_memory(load_descriptions(source, split))


def instructions(source: Path | str, split: str) -> PictureDialogues:
    """Load the dialogues of `source` (see `load_picture_dialogues`)."""
    return in_memory(load_picture_dialogues(source, split))


def questions_without_pictures(source: Path | str, split: str, count: int, bundle: Bundle) -> "datasets.Dataset":
    """Load the first questions of the chat model that have one right answer and that the model can read."""
    rows = answerable(load_dialogues(source, split))
    rows, _ = fitting_dialogues(rows, ChatTemplate(bundle.tokenizer), bundle.model.config.max_length)
    return rows.select(range(min(count, len(rows))))


def in_memory(rows: "datasets.Dataset") -> PictureDialogues:
    """Return the dialogues of a data set; pictures stay files, or their bytes, until they are looked at."""
    return PictureDialogues(list(with_images(rows, decode=False)["images"]), list(rows["texts"]))


def practiced(pictures: list[list[Picture]], split: str, **amounts: int) -> PictureDialogues:
    """Make dialogues of hard questions about the pictures of a split of the little world: see `practice`."""
    texts = [[asdict(turn) for turn in practice(scene, **amounts)] for scene in make_scenes(split)]
    return PictureDialogues(pictures, texts)


def template_of(model: Vlm, tokenizer: TextTokenizer) -> Template:
    """Return the chat template of a `Vlm`: ours, or ChatML if its language model is that of others."""
    if isinstance(tokenizer, HubTokenizer):
        places = model.config.image_id, model.config.num_visual_tokens
        return HubChatTemplate(tokenizer.with_template(CHAT_ML), {tokenizer.eos_id}, *places)
    return ChatTemplate(tokenizer, model.config.num_visual_tokens)


def prompt_lengths(rows: PictureDialogues, bundle: Bundle) -> list[int]:
    """Return the number of tokens of each dialogue's longest question, with the pictures."""
    template = template_of(bundle.model, bundle.tokenizer)
    return [
        max(len(template.prompt([{"role": "user", "content": with_pictures(images, text["user"])}])) for text in texts)
        for images, texts in zip(rows.images, rows.texts, strict=True)
    ]


def see(rows: PictureDialogues, bundle: Bundle) -> Features:
    """Return the features of all pictures of the rows."""
    return look_at(list(chain.from_iterable(rows.images)), bundle.model, bundle.processor)


def pixels_of(rows: PictureDialogues, bundle: Bundle) -> Pixels:
    """Return all pictures of the rows as input of the tower."""
    return bundle.processor(chain.from_iterable(rows.images))


def encode(pixels: Pixels, model: Vlm) -> Features:
    """Return the features of pictures."""
    return model.encode_images(pixels.to(next(model.parameters()).device)).cpu()


def batches_about(
    rows: PictureDialogues, features: Features, bundle: Bundle, tokens_per_batch: int, seed: int
) -> Batches:
    """Return the batches of rows for a `Vlm`; `features` are those of all their pictures."""
    pictures = iter(features)
    dialogues = {"images": [[next(pictures) for _ in images] for images in rows.images], "texts": rows.texts}
    template = template_of(bundle.model, bundle.tokenizer)
    examples = picture_examples(dialogues, template, bundle.model.config.max_length)
    return dialogue_batches(examples, tokens_per_batch, seed)
