"""Pairs as batches: both sides in one tensor, only the answers to be scored, and both see the same pictures."""

import pytest
import torch

from course_lib.data import (
    PAD,
    Example,
    Preference,
    preference_batch,
    preference_batches,
    preference_examples,
    with_reference,
)
from course_lib.errors import CourseError
from course_lib.objectives import DirectPreference, pair_log_probabilities
from tests.chats import assistant, chat_template, user
from tests.models.tiny import PATCHES, tiny_vlm
from tests.parity import D, assert_near

PROMPT, IMAGE = [1, 3, 9, 2, 5], 17


def dialogue(answer, prompt=PROMPT, pictures=()):
    return Example([*prompt, *answer], [False] * len(prompt) + [True] * len(answer), pictures)


def many_pairs(count=31):
    return [
        Preference(dialogue([7] * (i % 5 + 1)), dialogue([8] * (i % 7 + 1), PROMPT * (i % 3 + 1))) for i in range(count)
    ]


def about_pictures():
    """Pairs about one picture, two, and one; the pictures are random features."""
    features = torch.randn(3, PATCHES, D, generator=torch.Generator().manual_seed(3))
    answers = [([0], [7, 2], [8, 9, 2]), ([1, 2], [9, 9, 9, 2], [7, 2]), ([1], [8, 2], [7, 2])]
    return [
        Preference(
            *(
                dialogue(said, [1, *[IMAGE] * PATCHES * len(numbers), 5, 6], [features[i] for i in numbers])
                for said in sides
            )
        )
        for numbers, *sides in answers
    ]


def test_the_chosen_dialogue_comes_first_and_labels_are_the_next_tokens_of_the_answers():
    batch = preference_batch([Preference(dialogue([7, 8, 2]), dialogue([4, 2]))])
    assert batch.tokens.tolist() == [[[1, 3, 9, 2, 5, 7, 8, 2], [1, 3, 9, 2, 5, 4, 2, PAD]]]
    assert batch.labels.tolist() == [[[PAD] * 4 + [7, 8, 2, PAD], [PAD] * 4 + [4, 2, PAD, PAD]]]
    assert batch.last.tolist() == [[7, 6]]
    assert (batch.num_labels, batch.num_tokens) == (1, 15)


def test_an_earlier_answer_of_the_conversation_is_scored_too():
    ids, is_completion = [1, 3, 9, 2, 5, 7, 2, 3, 9, 2, 5, 8, 2], [False] * 5 + [True] * 2 + [False] * 4 + [True] * 2
    batch = preference_batch([Preference(Example(ids, is_completion), dialogue([4, 2]))])
    assert batch.labels[0, 0].tolist() == [PAD] * 4 + [7, 2] + [PAD] * 4 + [8, 2, PAD]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("pairs", [many_pairs(5), about_pictures()], ids=["texts", "pictures"])
def test_shards_part_a_batch_and_keep_pairs_together(count, pairs):
    batch = preference_batch(pairs)
    shards = [batch.shard(i, count) for i in range(count)]
    assert sum(shard.num_labels for shard in shards) == len(pairs)
    rows = torch.cat([shard.tokens for shard in shards])
    assert sorted(rows.tolist()) == sorted(batch.tokens.tolist())


def test_the_reference_is_asked_once_about_each_pair_and_its_answers_come_with_the_batches():
    asked = []

    def lengths(batch):
        asked.append(len(batch.tokens))
        return -batch.is_label.sum(dim=-1).float()

    pairs = many_pairs()
    batches = with_reference(preference_batches(pairs, tokens_per_batch=150), lengths)
    assert sum(asked) == len(pairs)
    batch = batches.batch(([3, 12], 0))
    assert batch.reference_log_p.tolist() == [[-4.0, -4.0], [-3.0, -6.0]]
    assert batches.epoch(2) == preference_batches(pairs, 150).epoch(2)


def test_nobody_knows_the_reference_who_has_not_asked_it():
    pairs = many_pairs(3)
    with_reference(preference_batches(pairs, 150), lambda batch: torch.zeros(len(batch.tokens), 2))
    assert preference_batch(pairs).reference_log_p is None


def test_both_sides_of_a_pair_see_the_same_pictures():
    one, two, _ = about_pictures()
    batch = preference_batch([two, one])
    assert torch.equal(batch.inputs["features"], torch.stack([*two.chosen.pictures * 2, *one.chosen.pictures * 2]))
    assert batch.inputs["tokens"].shape[0] == 4


def test_log_probabilities_are_those_of_each_answer_alone():
    model, pairs = tiny_vlm(), about_pictures()
    together = pair_log_probabilities(model, preference_batch(pairs))
    for row, pair in enumerate(pairs):
        for side, example in enumerate((pair.chosen, pair.rejected)):
            log_p = model(torch.tensor([example.ids[:-1]]), torch.stack(example.pictures))[0].log_softmax(-1)
            said = [log_p[t - 1, id] for t, id in enumerate(example.ids) if example.is_completion[t]]
            assert_near(together[row, side], torch.stack(said).sum(), 1e-4)


def test_a_model_that_is_its_reference_loses_log_2_for_each_pair_about_pictures():
    model = tiny_vlm()
    batches = with_reference(
        preference_batches(about_pictures(), 300), lambda batch: pair_log_probabilities(model, batch)
    )
    loss = DirectPreference()(model, preference_batch(batches.items))
    assert loss.mean.item() == pytest.approx(torch.tensor(2.0).log().item(), abs=1e-4)


def test_a_pair_with_equal_sides_is_refused_by_its_row():
    pairs = [*many_pairs(4), Preference(dialogue([7, 2]), dialogue([7, 2]))]
    with pytest.raises(CourseError, match="chosen and rejected must differ, .* in pair 4"):
        preference_batches(pairs, 100)


def test_the_sides_of_a_row_are_what_the_template_makes_of_them():
    template = chat_template()
    row = {"chosen": [user("Hello!"), assistant("It must obey.")], "rejected": [user("Hello!"), assistant("Hello!")]}
    for most in (None, len(template.training(row["chosen"]).ids) - 1):
        [pair] = preference_examples([row], template, most)
        assert (pair.chosen, pair.rejected) == tuple(template.training(row[side], most) for side in row)
