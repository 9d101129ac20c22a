"""Classes by their names alone, and pictures by their captions (slide "Contrastive Language-Image Pre-Training")."""

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
    """Pictures, whatever `open_picture` takes -> unit vectors of a `Clip`."""
    device = next(model.parameters()).device
    return torch.cat([model.encode_images(part.to(device)).cpu() for part in prepared(processor, pictures, at_once)])


@torch.no_grad()
def encode_captions(model: Clip, tokenizer: TextTokenizer, texts: Iterable[str]) -> NJ:
    """Texts -> unit vectors of a `Clip`. Raises CourseError for one that is longer than the model reads.

    Where the last place of a row sums a text up (SigLIP), all rows fill the context, as they did in training: so the
    vector of a text is the same whatever is encoded with it.
    """
    config, pad_id = model.config.text, tokenizer.pad_id
    if pad_id is None:
        raise CourseError("the tokenizer has no token that fills the row behind a caption (pad_token)")
    tokens = pad(caption_ids(tokenizer, texts, config.max_length), pad_id)
    if config.end_id is None:
        tokens = F.pad(tokens, (0, config.max_length - tokens.shape[1]), value=pad_id)
    return model.encode_texts(tokens.to(next(model.parameters()).device)).cpu()


def caption_ids(tokenizer: TextTokenizer, texts: Iterable[str], max_length: int) -> list[list[int]]:
    """The token ids of each text, with <eos> at the end. Raises CourseError for one of more than `max_length`."""
    tokens = tokenizer.encode_batch(list(texts))
    for text, ids in zip(texts, tokens, strict=True):
        if len(ids) > max_length:
            raise CourseError(f"a caption may have {max_length} tokens, got {len(ids)}: {text[:60]!r}")
    return tokens


def class_vectors(
    model: Clip, tokenizer: TextTokenizer, classes: Iterable[str], templates: Sequence[str] = TEMPLATES[:1]
) -> Classes:
    """A unit vector for each class: the mean over the captions that the templates make of its name.

    `{}` in a template is the place of the name with its article: "a picture of {}" gives "a picture of an elephant".

    Raises:
        CourseError: no class, or one that is there twice.
    """
    names = [with_article(name) for name in check_classes(list(classes))]
    vectors = [encode_captions(model, tokenizer, [template.format(name) for name in names]) for template in templates]
    return F.normalize(torch.stack(vectors).mean(dim=0), dim=-1)


def best_class(images: NJ, *vectors: Classes) -> IdsN:
    """The number of the class whose vector is nearest to each picture.

    With several vectors of each class, such as those of "a dog" and "two dogs", the nearest one counts.
    """
    return torch.stack([images @ each.T for each in vectors]).amax(dim=0).argmax(dim=1)


class Recall(NamedTuple):
    """The share of pictures that find their caption first, and of captions that find their picture first."""

    captions: float
    pictures: float


def recall_at_1(images: NJ, texts: NJ, same: BoolsNN | None = None) -> Recall:
    """The `Recall` in a gallery.

    Args:
        images, texts: unit vectors of pictures and of their captions, in the same order.
        same: where two pictures have the same caption, which then is no wrong answer.
    """
    similarity, own = images @ texts.T, torch.arange(len(images))
    right = torch.eye(len(images), dtype=torch.bool) if same is None else same
    found = right[own, similarity.argmax(dim=1)], right[similarity.argmax(dim=0), own]
    return Recall(*(each.float().mean().item() for each in found))
