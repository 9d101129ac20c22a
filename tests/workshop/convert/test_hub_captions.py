"""Captions through a checkpoint's own tokenizer: the vectors of transformers, alone and beside a longer caption."""

import pytest
import torch
from tokenizers import Tokenizer as FastTokenizer
from tokenizers import models, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from course_lib.data import TextTokenizer
from course_lib.errors import CourseError
from course_lib.evaluation import encode_captions
from course_lib.workshop.convert import HubCheckpoint
from tests.parity import assert_near
from tests.workshop.convert.hugging_face import NEAR
from tests.workshop.convert.llm_twins import saved
from tests.workshop.convert.vision_twins import LENGTH, their_clip, their_siglip

WORDS = ("a", "dog", "and", "an", "owl", "in", "the", "park", "very", "big")
IDS = {"</s>": 1, **{word: 3 + i for i, word in enumerate(WORDS)}, "<s>": 29, "<end>": 30}
TEXTS = ["a dog", "an owl and a very big dog", "a very big dog in the park"]


def write_tokenizer(folder, before, **special_tokens):
    """A tokenizer of words: `before` stands before each text, the end token, 30, behind it."""
    fast = FastTokenizer(models.WordLevel(IDS))
    fast.pre_tokenizer = pre_tokenizers.Whitespace()
    fast.post_processor = TemplateProcessing(f"{before} $A <end>".strip(), special_tokens=[("<s>", 29), ("<end>", 30)])
    PreTrainedTokenizerFast(tokenizer_object=fast, **special_tokens).save_pretrained(folder)


@torch.no_grad()
@pytest.mark.parametrize(
    ("make", "before", "pad_token", "padding"),
    [(their_clip, "<s>", "<end>", "longest"), (their_siglip, "", "</s>", "max_length")],
    ids=["clip", "siglip"],
)
def test_vectors_are_theirs_whatever_is_encoded_with_a_caption(make, before, pad_token, padding, tmp_path):
    theirs = make()
    saved(theirs, tmp_path)
    write_tokenizer(tmp_path, before, bos_token="<s>", eos_token="<end>", pad_token=pad_token)
    checkpoint = HubCheckpoint(tmp_path)
    model, tokenizer = checkpoint.model(), checkpoint.tokenizer()
    assert isinstance(tokenizer, TextTokenizer)
    their_tokenizer = PreTrainedTokenizerFast.from_pretrained(tmp_path)
    ids = their_tokenizer(TEXTS, padding=padding, max_length=LENGTH, return_tensors="pt")["input_ids"]
    expected = theirs(input_ids=ids, pixel_values=torch.zeros(1, 3, 23, 23)).text_embeds
    assert_near(encode_captions(model, tokenizer, TEXTS), expected, NEAR)
    for text, vector in zip(TEXTS, expected, strict=True):
        assert_near(encode_captions(model, tokenizer, [text])[0], vector, NEAR)


def test_a_tokenizer_that_can_not_fill_a_row_is_refused(tmp_path):
    saved(their_siglip(), tmp_path)
    write_tokenizer(tmp_path, "", eos_token="<end>")
    checkpoint = HubCheckpoint(tmp_path)
    assert checkpoint.tokenizer().pad_id is None
    with pytest.raises(CourseError, match="must have a padding token"):
        encode_captions(checkpoint.model(), checkpoint.tokenizer(), TEXTS)
