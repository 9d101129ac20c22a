"""Conversations with pictures become batches (picture_dialogues, collate): each row has its own pictures."""

import pytest
import torch

from course_lib.data import PAD, ChatTemplate, dialogue_batch, picture_examples
from course_lib.errors import CourseError
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_vlm
from tests.parity import assert_near

P, D = 16, 33
FEATURES = torch.randn(4, P, D, generator=torch.Generator().manual_seed(0))
ROWS = {
    "images": [[FEATURES[0]], [FEATURES[1], FEATURES[2]], [FEATURES[3]], []],
    "texts": [
        [{"user": "How many cats?", "assistant": "Two."}, {"user": "And dogs?", "assistant": "None."}],
        [{"user": "Is it the same?", "assistant": "No."}],
        [{"user": f"Question {i}?", "assistant": "Yes, it is."} for i in range(7)],
        [{"user": "Hello!", "assistant": "Hi!"}],
    ],
}


@pytest.fixture
def template():
    return ChatTemplate(chat_tokenizer().with_special("<image>"), P)


def test_a_dialogue_that_does_not_fit_becomes_several_about_the_same_pictures(template):
    examples = picture_examples(ROWS, template, 60)
    parts = [example for example in examples if example.pictures and example.pictures[0] is ROWS["images"][2][0]]
    assert len(parts) > 1
    assert all(len(example.ids) <= 60 and example.ids.count(template.image_id) == P for example in parts)
    said = [template.decode(example.ids) for example in parts]
    assert [sum(f"Question {i}?" in text for text in said) for i in range(7)] == [1] * 7


def test_a_question_that_does_not_fit_with_its_picture_is_named(template):
    with pytest.raises(CourseError, match="must leave room for an answer"):
        picture_examples(ROWS, template, 20)


def test_labels_are_the_next_tokens_where_these_are_answers(template):
    examples = picture_examples(ROWS, template, 500)
    batch = dialogue_batch(examples)
    is_label = batch.labels != PAD
    following = torch.cat([batch.tokens[:, 1:], torch.zeros(4, 1, dtype=torch.long)], dim=1)
    assert torch.equal(batch.labels[is_label], following[is_label])
    assert template.image_id not in batch.labels
    said = [template.decode(labels[labels != PAD].tolist()) for labels in batch.labels]
    assert said[0] == "Two. None." and said[1] == "No." and said[3] == "Hi!"
    assert batch.num_labels == int(is_label.sum()) == sum(sum(example.is_completion) for example in examples)
    assert batch.num_tokens == sum(len(example.ids) for example in examples)


@pytest.mark.parametrize("indices", [[0, 1, 2, 3], [3, 2, 1], [1], [0]])
def test_each_row_brings_its_own_pictures_in_their_order(template, indices):
    examples = picture_examples(ROWS, template, 500)
    batch = dialogue_batch([examples[i] for i in indices])
    numbers = [number for i in indices for number in ([0], [1, 2], [3], [])[i]]
    assert torch.equal(batch.inputs["features"], FEATURES[numbers])


def test_without_pictures_there_are_no_features(template):
    batch = dialogue_batch(picture_examples(ROWS, template, 500)[3:])
    assert batch.inputs.keys() == {"tokens"}
    assert batch.to("cpu").shard(0, 2).features is None


def test_a_batch_goes_to_a_device_whole(template):
    batch = dialogue_batch(picture_examples(ROWS, template, 500))
    moved = batch.to("meta")
    there = {name: rows.shape for name, rows in vars(batch).items() if rows is not None}
    assert {name: rows.shape for name, rows in vars(moved).items() if rows is not None} == there
    assert all(getattr(moved, name).is_meta for name in there)


def test_the_loss_of_a_batch_is_that_of_its_shards(template):
    torch.manual_seed(0)
    model = tiny_vlm(vocab_size=len(template.tokenizer))
    examples = picture_examples(ROWS, template, 500)
    batch = dialogue_batch([examples[i] for i in (3, 1, 0, 2)])  # the one without pictures comes first
    whole = model(**batch.inputs)
    for index in range(2):
        shard = batch.shard(index, 2)
        assert_near(model(**shard.inputs), whole[index::2], 1e-5)
