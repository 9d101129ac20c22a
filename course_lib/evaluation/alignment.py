"""Word alignments derived from attention weights, and their error rate (Och and Ney 2003).

A link is a pair of word numbers (source, target), both counted from 0, as in the column `alignment` of the little
world's translations.
"""

from collections.abc import Sequence

import torch

from course_lib.errors import CourseError
from course_lib.shapes import TS, WordPieces, WordWeights

MARK = "▁"  # marks the space before a word in the tokenizer's pieces
MAJORITY = 0.5
Links = set[tuple[int, int]]


def word_numbers(tokens: Sequence[str], words: Sequence[str]) -> list[int | None]:
    """Find the word that each token of a sentence belongs to.

    Args:
        tokens: the pieces of the sentence from `Tokenizer.tokens`, with ▁ for the space before a word.
        words: the words of the same sentence from `split_words`. The final punctuation mark counts as a word.

    Returns:
        For each token, the number of its word, counted from 0, or None for a special token such as <eos>.

    Raises:
        CourseError: the tokens don't spell the words.
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
            raise CourseError(f"the tokens must spell the words {words}, got {tokens}")
    if spelled != words[-1] or word != len(words) - 1:
        raise CourseError(f"the tokens must spell the words {words}, got {tokens}")
    return numbers


def pool_to_words(weights: TS, row_words: Sequence[int | None], column_words: Sequence[int | None]) -> WordWeights:
    """Convert attention weights between tokens to attention weights between words.

    If a word consists of several tokens, its columns are summed, and the maximum of its rows is taken. Special tokens
    don't belong to any word and are left out, so a row can sum to less than 1.

    Args:
        weights: attention weights between tokens.
        row_words: the word number of each row, from `word_numbers`.
        column_words: the word number of each column, from `word_numbers`.
    """
    columns = pieces(column_words)
    to_words = weights @ columns.T.to(weights)
    return torch.stack([to_words[row].amax(dim=0) for row in pieces(row_words)])


def pieces(numbers: Sequence[int | None]) -> WordPieces:
    """Return a mask with one row per word and one column per token, True where the token belongs to the word."""
    count = 1 + max(number for number in numbers if number is not None)
    return torch.tensor([[number == word for number in numbers] for word in range(count)])


def read_links(weights: WordWeights) -> Links:
    """Derive an alignment from attention weights from target words (rows) to source words (columns).

    First, each source word is linked to the target word that attends to it most. Then each target word without a link
    is linked to the source word that gets more than half of its attention, if there is one.
    """
    links = {(i, int(j)) for i, j in enumerate(weights.argmax(dim=0))}
    linked = {j for _, j in links}
    best = zip(*weights.max(dim=1), strict=True)
    more = {(int(i), j) for j, (most, i) in enumerate(best) if most > MAJORITY}
    return links | {(i, j) for i, j in more if j not in linked}


def diagonal_links(num_source: int, num_target: int) -> Links:
    """Return a simple baseline: link each target word to the source word at the same relative position.

    Args:
        num_source: the number of source words.
        num_target: the number of target words.
    """
    stretch = (num_source - 1) / max(1, num_target - 1)
    return {(round(j * stretch), j) for j in range(num_target)}


def alignment_error_rate(found: Sequence[Links], gold: Sequence[Links]) -> float:
    """Compute the alignment error rate over all sentences, 1 - 2 |A ∩ S| / (|A| + |S|), from 0 (perfect) to 1.

    Och and Ney distinguish *sure* links from *possible* links. Here, all correct links are *sure*.

    Args:
        found: the predicted links A of each sentence.
        gold: the correct links S of each sentence.

    Raises:
        CourseError: the numbers of sentences differ, or there are no links at all.
    """
    if len(found) != len(gold):
        raise CourseError(f"there must be {len(gold)} found alignments, one per sentence, got {len(found)}")
    links = sum(map(len, found)) + sum(map(len, gold))
    if not links:
        raise CourseError("there must be at least one link to compute an error rate, got none")
    return 1 - 2 * sum(len(a & s) for a, s in zip(found, gold, strict=True)) / links
