"""Dialogues about pictures, from which models that see learn; the frozen tower looks at every picture once, before."""

from dataclasses import asdict, dataclass
from itertools import chain

from course_lib.data import (
    ChatTemplate,
    dialogue_batches,
    load_captions,
    load_picture_dialogues,
    picture_examples,
    with_pictures,
)
from course_lib.errors import CourseError
from course_lib.evaluation import look_at
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import practice

DESCRIBE = "Describe the picture."


@dataclass(frozen=True)
class PictureDialogues:
    """Dialogues in the columns of `load_picture_dialogues`: for each its pictures, and its texts."""

    images: list
    texts: list

    def __len__(self):
        return len(self.texts)

    def __add__(self, other):
        return PictureDialogues(self.images + other.images, self.texts + other.texts)

    def select(self, numbers):
        """The dialogues with these numbers."""
        return PictureDialogues([self.images[i] for i in numbers], [self.texts[i] for i in numbers])

    def about_one_picture(self, count):
        """The first `count` dialogues that are about one picture. Raises CourseError where there are none."""
        single = [i for i, images in enumerate(self.images) if len(images) == 1]
        if not single:
            raise CourseError(f"none of {len(self)} dialogues is about one picture alone, so none can be asked")
        return self.select(single[:count])


def descriptions(source, split):
    """The captions of `source` (see `load_captions`) as dialogues: of each picture the last, which tells all."""
    rows = load_captions(source, split)
    texts = [[{"user": DESCRIBE, "assistant": captions[-1]}] for captions in rows["caption"]]
    return PictureDialogues([[picture] for picture in rows["image"]], texts)


def instructions(source, split):
    """The dialogues of `source` (see `load_picture_dialogues`)."""
    rows = load_picture_dialogues(source, split)
    return PictureDialogues(list(rows["images"]), list(rows["texts"]))


def practised(pictures, split, **amounts):
    """Dialogues of questions that are hard to see about the pictures of a split of the little world: see `practice`."""
    texts = [[asdict(turn) for turn in practice(scene, **amounts)] for scene in make_scenes(split)]
    return PictureDialogues(pictures, texts)


def template_of(model, tokenizer):
    """How dialogues are written for a `Vlm`."""
    return ChatTemplate(tokenizer, model.config.num_visual_tokens)


def prompt_lengths(rows, model, tokenizer):
    """For each dialogue the tokens of its longest question, with the pictures."""
    template = template_of(model, tokenizer)
    return [
        max(len(template.prompt([{"role": "user", "content": with_pictures(images, text["user"])}])) for text in texts)
        for images, texts in zip(rows.images, rows.texts, strict=True)
    ]


def see(rows, model, processor):
    """What the tower makes of all the pictures of rows, N P D."""
    return look_at(list(chain.from_iterable(rows.images)), model, processor)


def batches_about(rows, model, tokenizer, processor, tokens_per_batch, seed):
    """The batches of rows for a `Vlm`."""
    features = iter(see(rows, model, processor))
    seen = {"images": [[next(features) for _ in images] for images in rows.images], "texts": rows.texts}
    examples = picture_examples(seen, template_of(model, tokenizer), model.config.max_length)
    return dialogue_batches(examples, tokens_per_batch, seed)
