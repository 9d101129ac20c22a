"""Zero-shot classification, and retrieval by caption (slide "Contrastive Language-Image Pre-Training")."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F

from course_lib.data import ImageProcessor, TextTokenizer, check_classes, prepared
from course_lib.data.rows import pad
from course_lib.errors import CourseError
from course_lib.models import Clip
from course_lib.shapes import NJ, BoolsNN, Classes, IdsN
from course_lib.world.language.writing import with_article

TEMPLATES = ("a picture of {}", "a drawing of {}", "here you see {}", "{}")


@torch.no_grad()
def encode_pictures(model: Clip, processor: ImageProcessor, pictures: Sequence[object], at_once: int = 250) -> NJ:
    """Return the unit vectors of pictures, which can be given in any form that `open_picture` accepts."""
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, at_once)])


@torch.no_grad()
def encode_captions(model: Clip, tokenizer: TextTokenizer, texts: Iterable[str]) -> NJ:
    """Return the unit vectors of texts.

    If the text encoder uses the last position of a row (SigLIP), all rows are padded to the full context, as in
    training. Otherwise the vector of a text would depend on the other texts in the batch.

    Raises:
        CourseError: a text is too long for the model, or the tokenizer has no padding token.
    """
    config, pad_id = model.config.text, tokenizer.pad_id
    if pad_id is None:
        raise CourseError("the tokenizer must have a padding token (pad_token) to pad captions, got none")
    tokens = pad(caption_ids(tokenizer, texts, config.max_length), pad_id)
    if config.end_id is None:
        tokens = F.pad(tokens, (0, config.max_length - tokens.shape[1]), value=pad_id)
    return model.encode_texts(tokens.to(next(model.parameters()).device)).cpu()


def caption_ids(tokenizer: TextTokenizer, texts: Iterable[str], max_length: int) -> list[list[int]]:
    """Return the token ids of each text, with <eos> at the end.

    Raises:
        CourseError: a text has more than `max_length` tokens.
    """
    tokens = tokenizer.encode_batch(list(texts))
    for text, ids in zip(texts, tokens, strict=True):
        if len(ids) > max_length:
            raise CourseError(f"a caption must have at most {max_length} tokens, got {len(ids)}: {text[:60]!r}")
    return tokens


def class_vectors(
    model: Clip, tokenizer: TextTokenizer, classes: Iterable[str], templates: Sequence[str] = TEMPLATES[:1]
) -> Classes:
    """Return a unit vector for each class: the mean over its captions from all templates.

    `{}` in a template is replaced by the class name with its article: "a picture of {}" gives "a picture of an
    elephant".

    Raises:
        CourseError: there are no classes, or a class is listed twice.
    """
    names = [with_article(name) for name in check_classes(list(classes))]
    vectors = [encode_captions(model, tokenizer, [template.format(name) for name in names]) for template in templates]
    return F.normalize(torch.stack(vectors).mean(dim=0), dim=-1)


def best_class(images: NJ, *vectors: Classes) -> IdsN:
    """Return the number of the class whose vector is nearest to each picture.

    If there are several vectors per class, such as those of "a dog" and "two dogs", the nearest one counts.
    """
    return torch.stack([images @ each.T for each in vectors]).amax(dim=0).argmax(dim=1)


class Recall(NamedTuple):
    """The share of pictures whose nearest caption is correct, and of captions whose nearest picture is correct."""

    captions: float
    pictures: float


def recall_at_1(images: NJ, texts: NJ, same: BoolsNN | None = None) -> Recall:
    """Return the `Recall` of a set of pictures and captions.

    Args:
        images: unit vectors of the pictures.
        texts: unit vectors of their captions, in the same order.
        same: True where two pictures have the same caption, so that either one is a correct answer.
    """
    similarity, own = images @ texts.T, torch.arange(len(images))
    right = torch.eye(len(images), dtype=torch.bool) if same is None else same
    found = right[own, similarity.argmax(dim=1)], right[similarity.argmax(dim=0), own]
    return Recall(*(each.float().mean().item() for each in found))
