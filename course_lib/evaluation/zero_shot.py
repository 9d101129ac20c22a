"""Zero-shot classification and retrieval with a `Clip` model (slide "Contrastive Language-Image Pre-Training")."""

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
    """Encode pictures as unit vectors.

    Args:
        model: a `Clip`.
        processor: the image processor of the model.
        pictures: the pictures, in any form that `open_picture` accepts.
        at_once: the number of pictures per batch.
    """
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, at_once)])


@torch.no_grad()
def encode_captions(model: Clip, tokenizer: TextTokenizer, texts: Iterable[str]) -> NJ:
    """Encode captions as unit vectors.

    In SigLIP, the vector at the last position represents a text, so all texts are padded to the full context length, as
    in training. Otherwise the vector of a text would depend on the other texts in the batch.

    Raises:
        CourseError: a text is too long for the model, or the tokenizer has no padding token.
    """
    config, pad_id = model.config.text, tokenizer.pad_id
    if pad_id is None:
        raise CourseError("the tokenizer must have a padding token to pad captions, got none; set its pad_token")
    tokens = pad(caption_ids(tokenizer, texts, config.max_length), pad_id)
    if config.end_id is None:
        tokens = F.pad(tokens, (0, config.max_length - tokens.shape[1]), value=pad_id)
    return model.encode_texts(tokens.to(next(model.parameters()).device)).cpu()


def caption_ids(tokenizer: TextTokenizer, texts: Iterable[str], max_length: int) -> list[list[int]]:
    """Convert captions to token ids, with <eos> at the end, and check their length.

    Raises:
        CourseError: a text has more than `max_length` tokens.
    """
    tokens = tokenizer.encode_batch(list(texts))
    for text, ids in zip(texts, tokens, strict=True):
        if len(ids) > max_length:
            raise CourseError(
                f"a caption must have at most {max_length} tokens, got {len(ids)}; shorten it: {text[:60]!r}"
            )
    return tokens


def class_vectors(
    model: Clip, tokenizer: TextTokenizer, classes: Iterable[str], templates: Sequence[str] = TEMPLATES[:1]
) -> Classes:
    """Compute a unit vector for each class, by averaging the vectors of captions that name the class.

    Args:
        model: a `Clip`.
        tokenizer: the tokenizer of the model.
        classes: the names of the classes.
        templates: the templates of the captions. In each template, {} is replaced by the name of the class with its
            article, so "a picture of {}" becomes "a picture of an elephant".

    Raises:
        CourseError: there are no classes, or a class is listed twice.
    """
    names = [with_article(name) for name in check_classes(list(classes))]
    vectors = [encode_captions(model, tokenizer, [template.format(name) for name in names]) for template in templates]
    return F.normalize(torch.stack(vectors).mean(dim=0), dim=-1)


def best_class(images: NJ, *vectors: Classes) -> IdsN:
    """Find the class whose vector is most similar to each picture, and return its number.

    Args:
        images: the unit vectors of the pictures.
        vectors: the unit vectors of the classes. If there are several sets, for example for "a dog" and "two dogs", the
            most similar vector of each class counts.
    """
    return torch.stack([images @ each.T for each in vectors]).amax(dim=0).argmax(dim=1)


class Recall(NamedTuple):
    """The recall of retrieval in both directions, as shares from 0 to 1.

    Attributes:
        captions: the share of pictures whose most similar caption is correct.
        pictures: the share of captions whose most similar picture is correct.
    """

    captions: float
    pictures: float


def recall_at_1(images: NJ, texts: NJ, same: BoolsNN | None = None) -> Recall:
    """Compute how often the most similar caption or picture is the correct one (recall at 1).

    Args:
        images: the unit vectors of the pictures.
        texts: the unit vectors of their captions, in the same order.
        same: a mask that is True where two pictures have the same caption, so that both are correct. Default: all
            captions are different.
    """
    similarity, own = images @ texts.T, torch.arange(len(images))
    right = torch.eye(len(images), dtype=torch.bool) if same is None else same
    found = right[own, similarity.argmax(dim=1)], right[similarity.argmax(dim=0), own]
    return Recall(*(each.float().mean().item() for each in found))
