"""Attention read as an alignment: words from tokens, links from weights, and the rate of errors among the links."""

import pytest
import torch

from course_lib.data import load_translations
from course_lib.errors import CourseError
from course_lib.evaluation.alignment import (
    alignment_error_rate,
    diagonal_links,
    pool_to_words,
    read_links,
    word_numbers,
)
from course_lib.models import load_model
from course_lib.world import split_words


def test_pieces_of_a_word_share_its_number_and_special_tokens_have_none():
    tokens = ["<bos>", "▁i", "'ve", "▁work", "ed", ".", "<eos>"]
    assert word_numbers(tokens, ["i've", "worked", "."]) == [None, 0, 0, 1, 1, 2, None]


def test_a_piece_that_looks_like_the_next_word_does_not_start_it():
    assert word_numbers(["▁a", "a", "▁a"], ["aa", "a"]) == [0, 0, 1]


@pytest.mark.parametrize(
    "tokens", [["▁the", "▁dog"], ["▁the", "▁ca"], ["▁the", "▁cat", "s"], ["▁the", "▁cat", "▁sat"], []]
)
def test_tokens_that_do_not_spell_the_words_are_refused(tokens):
    with pytest.raises(CourseError, match="must spell the words"):
        word_numbers(tokens, ["the", "cat"])


@pytest.mark.slow
def test_every_sentence_of_the_world_is_spelled_by_the_tokens_of_the_translator():
    _, tokenizer = load_model("translator")
    for pair in load_translations("world", "validation")["translation"][::5]:
        for text in pair.values():
            words = split_words(text)
            numbers = word_numbers(tokenizer.tokens(tokenizer.encode(text)), words)
            assert numbers.pop() is None
            assert sorted(set(numbers)) == list(range(len(words)))
            assert numbers == sorted(numbers)


def test_columns_are_summed_rows_take_the_largest_and_special_tokens_are_left_out():
    weights = torch.tensor([[0.5, 0.1, 0.2, 0.2], [0.1, 0.3, 0.3, 0.3], [0.0, 0.7, 0.1, 0.2]])
    pooled = pool_to_words(weights, [0, 0, None], [0, 1, 1, None])
    assert torch.allclose(pooled, torch.tensor([[0.5, 0.6]]))


def test_pooling_nothing_but_whole_words_changes_nothing():
    weights = torch.rand(3, 5).softmax(dim=-1)
    assert torch.equal(pool_to_words(weights, range(3), range(5)), weights)


def test_each_source_word_is_linked_to_the_target_word_that_looks_at_it_most():
    assert read_links(torch.tensor([[0.1, 0.8, 0.1], [0.4, 0.2, 0.4]])) == {(0, 1), (1, 0), (2, 1)}


@pytest.mark.parametrize(("most", "linked"), [(0.6, True), (0.5, False)])
def test_a_target_word_that_is_alone_is_linked_by_a_majority_only(most, linked):
    links = read_links(torch.tensor([[0.9, 0.1], [most, 1 - most], [0.2, 0.8]]))
    assert links == {(0, 0), (1, 2)} | ({(0, 1)} if linked else set())


def test_a_target_word_that_has_a_link_gets_no_second_one_by_majority():
    assert read_links(torch.tensor([[0.6, 0.4], [0.9, 0.1]])) == {(1, 0), (0, 1)}


def test_a_perfect_map_gives_the_alignment_that_it_shows():
    order = torch.randperm(7)
    assert read_links(torch.eye(7)[order]) == {(int(i), j) for j, i in enumerate(order)}


def test_the_diagonal_goes_from_corner_to_corner():
    assert diagonal_links(5, 5) == {(i, i) for i in range(5)}
    assert diagonal_links(3, 5) == {(0, 0), (0, 1), (1, 2), (2, 3), (2, 4)}  # 0.5 and 1.5 round to the even place
    assert diagonal_links(4, 1) == {(0, 0)}


def test_the_error_rate_is_zero_for_the_gold_links_and_one_for_others():
    gold = [{(0, 0), (1, 2)}, {(3, 1)}]
    assert alignment_error_rate(gold, gold) == 0
    assert alignment_error_rate([{(0, 1)}, {(1, 3)}], gold) == 1


def test_the_error_rate_counts_links_over_all_sentences():
    found = [{(0, 0), (1, 1), (2, 2)}, {(0, 0)}]
    gold = [{(0, 0), (1, 1), (2, 3), (3, 2)}, {(0, 0)}]
    assert alignment_error_rate(found, gold) == pytest.approx(1 - 2 * 3 / (4 + 5))


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(CourseError, match="must be 2 found alignments, one per sentence, got 1"):
        alignment_error_rate([{(0, 0)}], [{(0, 0)}, {(1, 1)}])
    with pytest.raises(CourseError, match="at least one link"):
        alignment_error_rate([set()], [set()])
