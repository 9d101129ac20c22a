"""Batches of conversations about pictures: each row has its own pictures, and only answers are labels."""

import pytest
import torch

from course_lib.data import PAD, VisualBatches, VisualChatTemplate, VisualExample, visual_examples
from course_lib.errors import CourseError
from tests.chats import chat_tokenizer
from tests.models.tiny import tiny_vlm
from tests.parity import assert_near

P, D = 16, 33
ROWS = {
    "images": [["a.png"], ["b.png", "c.png"], ["d.png"]],
    "texts": [
        [{"user": "How many cats?", "assistant": "Two."}, {"user": "And dogs?", "assistant": "None."}],
        [{"user": "Is it the same?", "assistant": "No."}],
        [{"user": f"Question {i}?", "assistant": "Yes, it is."} for i in range(7)],
    ],
}


@pytest.fixture
def template():
    return VisualChatTemplate(chat_tokenizer().with_special("<image>"), P)


def features():
    return torch.randn(4, P, D)


def batches(template, seed=0):
    return VisualBatches(visual_examples(ROWS, template, 500), features(), tokens_per_batch=700, seed=seed)


def test_pictures_are_numbered_through_all_rows(template):
    examples = visual_examples(ROWS, template, 500)
    assert [example.pictures for example in examples] == [[0], [1, 2], [3]]


def test_a_dialogue_that_does_not_fit_becomes_several_about_the_same_pictures(template):
    examples = visual_examples(ROWS, template, 60)
    parts = [example for example in examples if example.pictures == [3]]
    assert len(parts) > 1
    assert all(len(example.ids) <= 60 and example.ids.count(template.image_id) == P for example in parts)
    said = [template.decode(example.ids) for example in parts]
    assert [sum(f"Question {i}?" in text for text in said) for i in range(7)] == [1] * 7


def test_a_question_that_does_not_fit_with_its_picture_is_named(template):
    with pytest.raises(CourseError, match="leave no room for an answer"):
        visual_examples(ROWS, template, 20)


def test_labels_are_the_next_tokens_where_these_are_answers(template):
    made = batches(template)
    batch = made.batch([0, 1, 2])
    is_label = batch.labels != PAD
    following = torch.cat([batch.tokens[:, 1:], torch.zeros(3, 1, dtype=torch.long)], dim=1)
    assert torch.equal(batch.labels[is_label], following[is_label])
    assert template.image_id not in batch.labels
    said = [template.decode(labels[labels != PAD].tolist()) for labels in batch.labels]
    assert said[0] == "Two. None." and said[1] == "No."
    assert batch.num_labels == int(is_label.sum())
    assert batch.num_tokens == sum(len(example.ids) for example in made.examples)


def test_each_row_brings_its_own_pictures_in_their_order(template):
    made = batches(template)
    for indices in ([0, 1, 2], [2, 1], [1], [0]):
        batch = made.batch(indices)
        numbers = [number for i in indices for number in made.examples[i].pictures]
        assert torch.equal(batch.inputs["features"], made.features[numbers])


def test_the_loss_of_a_batch_is_that_of_its_shards(template):
    torch.manual_seed(0)
    model = tiny_vlm(vocab_size=len(template.tokenizer))
    batch = batches(template).batch([0, 1, 2])
    whole = model(**batch.inputs)
    for index in range(2):
        shard = batch.shard(index, 2)
        assert_near(model(**shard.inputs), whole[index::2], 1e-5)


def test_epochs_have_all_examples_in_an_order_of_their_own(template):
    made = batches(template)
    for number in range(3):
        assert sorted(i for indices in made.epoch(number) for i in indices) == [0, 1, 2]
    assert made.epoch(1) == batches(template).epoch(1)


def test_an_example_about_a_picture_that_is_not_there_is_refused(template):
    example = VisualExample([1, 2], [False, True], [4])
    with pytest.raises(CourseError, match="example 0 is about picture 4; there are the pictures 0 to 3"):
        VisualBatches([example], features(), 100)


def test_no_examples_are_refused():
    with pytest.raises(CourseError, match="must hold at least one item"):
        VisualBatches([], features(), 100)
