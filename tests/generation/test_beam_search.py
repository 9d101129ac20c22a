"""Beam search: wide enough it finds the best output of all, at width one it is greedy search."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.generation import beam_search, generate
from tests.generation.tables import END, TableDecoding, finished_outputs, log_probability, random_table, starts

ROWS, PLACES, VOCABULARY = 5, 4, 3
EVERYTHING = 3**5  # more candidates than there are outputs


def search(table, **settings):
    return beam_search(TableDecoding(table), starts(table), END, **settings)


def score(row, ids, length_penalty):
    return log_probability(row, [*ids, END]) / (len(ids) + 1) ** length_penalty


def best_of_all(row, length_penalty):
    """By trying every output that ends in time."""
    return max(finished_outputs(*row.shape[:2]), key=lambda ids: score(row, ids, length_penalty))


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("vocab_size", [2, VOCABULARY, 7])
def test_a_beam_that_holds_everything_finds_the_best_output_of_all(vocab_size, length_penalty):
    table = random_table(ROWS, PLACES, vocab_size)
    found = search(table, beam_size=vocab_size**PLACES, length_penalty=length_penalty)
    assert found == [best_of_all(row, length_penalty) for row in table]


def test_that_is_not_what_greedy_search_finds():
    table = random_table(ROWS, PLACES, VOCABULARY)
    assert search(table, beam_size=EVERYTHING) != generate(TableDecoding(table), starts(table), END)


@pytest.mark.parametrize("beam_size", [1, 2, 3, 5])
def test_it_follows_as_many_candidates_as_it_says_however_many_end(beam_size):
    table = random_table(97, 7, 5)
    table[..., END] += 2.0
    assert search(table, beam_size=beam_size) == [plain_search(row, beam_size) for row in table]


def plain_search(row, beam_size):
    """The rule in lists, for one row: of all longer candidates the best that don't end go on."""
    log_p, going, found = row.log_softmax(-1).tolist(), [(0.0, [1])], []
    for place in range(len(row)):
        longer = [(total + p, [*ids, i]) for total, ids in going for i, p in enumerate(log_p[place][ids[-1]])]
        longer.sort(reverse=True)
        found += [(total / (len(ids) - 1), ids[1:-1]) for total, ids in longer[:beam_size] if ids[-1] == END]
        going = [(total, ids) for total, ids in longer if ids[-1] != END][:beam_size]
        if len(found) >= beam_size:
            break
    return max(found)[1] if found else going[0][1][1:]


def test_a_beam_of_one_is_greedy_search():
    table = random_table(97, 7, 11)
    greedy = generate(TableDecoding(table), starts(table), END)
    assert search(table, beam_size=1) == greedy
    assert len(set(map(len, greedy))) > 3


def test_wider_beams_find_likelier_outputs():
    table = random_table(97, 7, 11)
    totals = []
    for beam_size in (1, 3, 9):
        found = search(table, beam_size=beam_size, length_penalty=0.0)
        finished = [ids + [END] * (len(ids) < 7) for ids in found]
        totals.append(sum(log_probability(row, ids) for row, ids in zip(table, finished, strict=True)))
    assert totals == sorted(totals)


def table_of(*outputs, places):
    """One row, whose outputs have the given probabilities after the first token; a token goes on as itself."""
    table = torch.full((1, places, len(outputs) + 2, len(outputs) + 2), -math.inf)
    table[:, :, :, END] = 0.0
    for token, (probability, length) in enumerate(outputs, start=2):
        table[:, 0, 1, token] = math.log(probability)
        table[:, 1:length, token, END] = -math.inf
        table[:, 1:length, token, token] = 0.0
    table[:, 0, 1, END] = -math.inf
    return table


@pytest.mark.parametrize(("length_penalty", "expected"), [(0.0, [2]), (0.2, [2]), (1.0, 4 * [3])])
def test_the_length_penalty_chooses_between_short_and_long(length_penalty, expected):
    table = table_of((0.6, 1), (0.4, 4), places=6)
    assert search(table, beam_size=2, length_penalty=length_penalty) == [expected]


def test_each_row_gives_what_it_gives_alone():
    table = random_table(23, 7, 5)
    alone = [search(row[None], beam_size=3)[0] for row in table]
    assert search(table, beam_size=3) == alone
    assert len(set(map(len, alone))) > 3


def test_rows_that_are_done_are_computed_no_longer():
    table = random_table(23, 7, 5)
    decoding = TableDecoding(table)
    beam_search(decoding, starts(table), END, beam_size=2)
    assert decoding.batch_sizes[:2] == [23, 46]
    assert decoding.batch_sizes[1:] == sorted(decoding.batch_sizes[1:], reverse=True)
    assert decoding.batch_sizes[-1] < 46


def test_an_output_that_never_ends_stops_at_the_longest_length():
    table = random_table(ROWS, PLACES, VOCABULARY)
    table[..., END] = -math.inf
    assert [len(ids) for ids in search(table, beam_size=2)] == ROWS * [PLACES]


def test_an_output_that_ends_is_preferred_to_one_that_does_not():
    endless = table_of((0.01, 2), (0.99, 9), places=5)
    assert search(endless, beam_size=2) == [[2, 2]]


def test_no_output_goes_on_behind_its_end():
    table = random_table(97, 7, VOCABULARY)
    for beam_size in (2, 5, 50):
        assert all(END not in ids for ids in search(table, beam_size=beam_size))


@pytest.mark.parametrize("settings", [{"beam_size": 0}, {"beam_size": -2}, {"length_penalty": math.nan}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(CourseError, match="beam_size must be 1 or more and length_penalty must be finite, got"):
        search(random_table(ROWS, PLACES, VOCABULARY), **settings)
