"""Word alignments read from attention weights, and their error rate (Och and Ney 2003).

A link is a pair (source word, target word), both counted from 0, as in the column `alignment` of the little world.
"""

from collections.abc import Sequence

import torch

from course_lib.errors import CourseError
from course_lib.shapes import TS, WordPieces, WordWeights

MARK = "▁"  # stands for the space before a word in the tokenizer's pieces
MAJORITY = 0.5
Links = set[tuple[int, int]]


def word_numbers(tokens: Sequence[str], words: Sequence[str]) -> list[int | None]:
    """Return the number of the word that each token belongs to, or None for special tokens such as <eos>.

    Args:
        tokens: the pieces of a sentence from `Tokenizer.tokens`, with ▁ for the space before a word.
        words: the words of the same sentence from `split_words`. The final punctuation mark counts as a word.

    Raises:
        CourseError: the tokens do not spell the words.
    """
    numbers, word, spelled = [], 0, ""
    for token in tokens:
        if token.startswith("<"):
            numbers.append(None)
            continue
        if word < len(words) and spelled == words[word]:
            word, spelled = word + 1, ""
        spelled += token.removeprefix(MARK)
        numbers.append(word)
        if word == len(words) or not words[word].startswith(spelled):
            raise CourseError(f"the tokens {tokens} do not spell the words {words}")
    if spelled != words[-1] or word != len(words) - 1:
        raise CourseError(f"the tokens {tokens} do not spell the words {words}")
    return numbers


def pool_to_words(weights: TS, row_words: Sequence[int | None], column_words: Sequence[int | None]) -> WordWeights:
    """Convert weights between tokens into weights between words.

    The weights are summed over the tokens of a column's word, and the maximum is taken over the tokens of a row's word.
    Special tokens belong to no word and are left out, so a row can sum to less than 1.

    Args:
        weights: attention weights between tokens.
        row_words: the word number of each row, from `word_numbers`.
        column_words: the word number of each column, from `word_numbers`.
    """
    columns = pieces(column_words)
    to_words = weights @ columns.T.to(weights)
    return torch.stack([to_words[row].amax(dim=0) for row in pieces(row_words)])


def pieces(numbers: Sequence[int | None]) -> WordPieces:
    """Return a mask that is True where a token belongs to a word."""
    count = 1 + max(number for number in numbers if number is not None)
    return torch.tensor([[number == word for number in numbers] for word in range(count)])


def read_links(weights: WordWeights) -> Links:
    """Return the links suggested by attention weights from target words (rows) to source words (columns).

    Each source word is linked to the target word that attends to it most. A target word that is still without a link is
    then linked to the source word that has more than half of its weight, if there is one.
    """
    links = {(i, int(j)) for i, j in enumerate(weights.argmax(dim=0))}
    linked = {j for _, j in links}
    best = zip(*weights.max(dim=1), strict=True)
    more = {(int(i), j) for j, (most, i) in enumerate(best) if most > MAJORITY}
    return links | {(i, j) for i, j in more if j not in linked}


def diagonal_links(num_source: int, num_target: int) -> Links:
    """Return a baseline alignment that links each target word to the source word at the same relative position."""
    stretch = (num_source - 1) / max(1, num_target - 1)
    return {(round(j * stretch), j) for j in range(num_target)}


def alignment_error_rate(found: Sequence[Links], gold: Sequence[Links]) -> float:
    """Return the alignment error rate over all sentences, 1 - 2 |A ∩ S| / (|A| + |S|), from 0 (perfect) to 1.

    Och and Ney also count *possible* links; here every gold link is a *sure* link.

    Args:
        found: the predicted links A of each sentence.
        gold: the correct links S of each sentence.

    Raises:
        CourseError: the numbers of sentences differ, or there are no links at all.
    """
    if len(found) != len(gold):
        raise CourseError(f"there must be one alignment per sentence, got {len(found)} for {len(gold)} sentences")
    links = sum(map(len, found)) + sum(map(len, gold))
    if not links:
        raise CourseError("there must be at least one link, got none")
    return 1 - 2 * sum(len(a & s) for a, s in zip(found, gold, strict=True)) / links
