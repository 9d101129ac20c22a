"""Packed rows: each conversation is read as if it were alone, and nothing but completions is learned."""

import pytest
import torch

from course_lib.data import BOS, EOS, PAD, Example, packed_batches
from course_lib.data.packing import fill_rows, first_fit, pack, packed_batch
from course_lib.errors import CourseError
from course_lib.objectives import TokenPrediction
from tests.chats import ANSWERS, QUESTIONS, assistant, chat_llm, chat_template, system, user

TALKS = [
    [user(QUESTIONS[0]), assistant(ANSWERS[0])],
    [system("Be kind."), user(QUESTIONS[1]), assistant(ANSWERS[1]), user(QUESTIONS[3]), assistant(ANSWERS[3])],
    [user(QUESTIONS[2] + "\n\n" + QUESTIONS[4]), assistant(ANSWERS[2])],
    [user("Hi"), assistant("Hello")],
]
EXAMPLES = [chat_template().training(talk) for talk in TALKS]
EXAMPLES.append(chat_template().training(TALKS[2], max_length=len(EXAMPLES[2].ids) - 3))
ROWS = [[0, 1, 3], [2], [4, 0]]
each_example = pytest.mark.parametrize("example", EXAMPLES)


def batch(rows=ROWS):
    return pack([[EXAMPLES[i] for i in row] for row in rows])


def places(rows=ROWS):
    """(example, row, slice of its tokens) for each conversation of a packed batch."""
    for number, row in enumerate(rows):
        start = 0
        for i in row:
            end = start + len(EXAMPLES[i].ids) - 1
            yield i, number, slice(start, end)
            start = end


def test_a_row_is_its_conversations_and_padding():
    packed = batch()
    for number, row in enumerate(ROWS):
        ids = [id for i in row for id in EXAMPLES[i].ids[:-1]]
        assert packed.tokens[number].tolist() == ids + [PAD] * (packed.tokens.shape[1] - len(ids))
    assert packed.num_tokens == sum(len(EXAMPLES[i].ids) - 1 for row in ROWS for i in row)


def test_a_model_is_called_with_the_tokens_the_positions_and_the_segments():
    packed = batch()
    assert packed.inputs.keys() == {"tokens", "positions", "segments"}
    assert all(ids is getattr(packed, name) for name, ids in packed.inputs.items())


def test_positions_begin_anew_in_each_conversation_and_segments_number_them():
    packed, padding = batch(), torch.ones(3, batch().tokens.shape[1], dtype=torch.bool)
    for i, row, place in places():
        assert packed.positions[row, place].tolist() == list(range(len(EXAMPLES[i].ids) - 1))
        assert len(packed.segments[row, place].unique()) == 1
        padding[row, place] = False
    assert [row.unique().tolist() for row in packed.segments] == [[1, 2, 3], [0, 1], [0, 1, 2]]
    assert packed.positions[padding].eq(-1).all()
    assert packed.segments[padding].eq(0).all()
    assert packed.labels[padding].eq(PAD).all()


def test_packing_changes_no_logit():
    model, packed = chat_llm(max_length=256), batch()
    together = model(**packed.inputs)
    for i, row, place in places():
        alone = model(torch.tensor([EXAMPLES[i].ids[:-1]]))[0]
        torch.testing.assert_close(together[row, place], alone, rtol=0, atol=1e-5)


def test_without_segments_conversations_would_see_each_other():
    model, packed = chat_llm(max_length=256), batch()
    together, mixed = model(**packed.inputs), model(packed.tokens, packed.positions)
    for i, row, place in places():
        difference = (mixed[row, place] - together[row, place]).abs().max()
        assert difference > 1e-2 if len(ROWS[row]) > 1 else difference < 1e-5, i


def test_the_loss_of_packed_conversations_is_the_sum_of_their_losses():
    model, objective = chat_llm(max_length=256), TokenPrediction()
    together = objective(model, batch())
    alone = [objective(model, pack([[EXAMPLES[i]]])) for row in ROWS for i in row]
    torch.testing.assert_close(together.total, sum(loss.total for loss in alone))
    assert together.count == sum(loss.count for loss in alone) == batch().num_labels


@each_example
def test_a_position_has_the_next_token_as_label_exactly_if_that_is_the_assistants(example):
    packed = pack([[example]])
    for t, label in enumerate(packed.labels[0].tolist()):
        assert label == (example.ids[t + 1] if example.is_completion[t + 1] else PAD)
    assert packed.num_labels == sum(example.is_completion)


def test_of_the_prompt_only_the_role_of_the_assistant_predicts_something():
    ids = EXAMPLES[0].ids
    labels = batch([[0]]).labels[0].tolist()
    start = ids.index(5)
    assert labels[:start] == [PAD] * start
    assert labels[start:] == ids[start + 1 :]
    assert labels[-1] == EOS
    assert ids[0] == BOS


@each_example
def test_the_loss_of_prompt_tokens_has_zero_gradient(example):
    packed = pack([[example]])
    logits = chat_llm(max_length=256)(**packed.inputs).detach().requires_grad_()
    TokenPrediction()(lambda keep, **inputs: logits[keep], packed).total.backward()
    assert torch.equal(logits.grad.abs().sum(-1)[0] > 0, torch.tensor(example.is_completion[1:]))


class TestBatches:
    def batches(self, seed=0, count=40):
        lengths = torch.randint(3, 30, (count,), generator=torch.Generator().manual_seed(7)).tolist()
        examples = [Example([i + 10] * length, [False] + [True] * (length - 1)) for i, length in enumerate(lengths)]
        return packed_batches(examples, max_length=53, tokens_per_batch=230, seed=seed)

    def test_an_epoch_has_every_conversation_once_within_the_budget(self):
        batches = self.batches()
        items = batches.epoch(0)
        assert sorted(i for indices, _ in items for i in indices) == list(range(40))
        for made in map(batches.batch, items):
            assert made.tokens.shape[0] <= 4
            assert made.tokens.shape[1] <= 53

    def test_hardly_anything_is_padding(self):
        batches = self.batches(count=200)
        made = [batches.batch(drawn) for drawn in batches.epoch(0)]
        assert sum(batch.num_tokens for batch in made) / (53 * sum(len(batch.tokens) for batch in made)) > 0.95

    @pytest.mark.parametrize(
        ("examples", "budget", "expected"),
        [
            ([], 100, "got 0 "),
            (
                [Example([1] * 55, [True] * 55)],
                100,
                "none can have more than 53 tokens.*the longest with 54 tokens",
            ),
            (
                [Example([1] * 5, [True] * 5)],
                52,
                "none can have more than 52 tokens.*the longest with 53 tokens",
            ),
        ],
    )
    def test_what_fits_into_no_row_or_no_batch_is_refused(self, examples, budget, expected):
        with pytest.raises(CourseError, match=expected):
            packed_batches(examples, max_length=53, tokens_per_batch=budget)


def test_an_item_goes_into_the_first_row_that_has_room():
    assert first_fit([0, 1, 2, 3, 4], [6, 5, 4, 4, 2], room=10) == [[0, 2], [1, 3], [4]]


def test_the_rows_of_an_epoch_are_those_of_its_batches():
    examples = [
        Example([i + 10] * length, [True] * length) for i, length in enumerate([13, 7, 5, 11, 3, 17, 7, 5, 3, 11])
    ]
    lengths = [len(example.ids) - 1 for example in examples]
    rows = first_fit(torch.randperm(10, generator=torch.Generator().manual_seed(3)).tolist(), lengths, 19)
    cut = fill_rows(lengths, 19, 2, torch.Generator().manual_seed(3))
    for number, indices in enumerate(cut):
        batch = packed_batch(19, [examples[i] for i in indices])
        expected = pack([[examples[i] for i in row] for row in rows[2 * number : 2 * number + 2]])
        assert torch.equal(batch.tokens, expected.tokens)
        assert torch.equal(batch.segments, expected.segments)
    assert len(rows) > 3


def test_a_row_may_be_full_to_its_last_token():
    random = torch.Generator().manual_seed(0)
    assert sorted(*fill_rows([4, 5], 9, 1, random)) == [0, 1]
    assert sorted(map(len, fill_rows([4, 5], 8, 1, random))) == [1, 1]
