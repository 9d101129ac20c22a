"""Attention read as a word alignment, and how wrong that reading is (Och and Ney 2003).

A link is a pair (source word, target word), both counted from 0, as in the column `alignment` of the little world.
"""

from collections.abc import Sequence

import torch

from course_lib.errors import CourseError
from course_lib.shapes import TS, WordPieces, WordWeights

MARK = "▁"  # what the tokenizer writes for the space before a word
MAJORITY = 0.5
Links = set[tuple[int, int]]


def word_numbers(tokens: Sequence[str], words: Sequence[str]) -> list[int | None]:
    """For each token the number of the word that it is a piece of; None for special tokens such as <eos>.

    Args:
        tokens: the pieces of a sentence, ▁ for the space before a word, as `Tokenizer.tokens` gives them.
        words: the words of the same sentence, as `split_words` gives them: its last mark is a word of its own.

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
    """Weights between tokens as weights between words, with `word_numbers` for the rows and for the columns.

    A word is looked at with the weight of all its tokens together (sum); it looks where any of its tokens looks
    (maximum). Special tokens have no word and are left out, so a row may sum to less than 1.
    """
    columns = pieces(column_words)
    to_words = weights @ columns.T.to(weights)
    return torch.stack([to_words[row].amax(dim=0) for row in pieces(row_words)])


def pieces(numbers: Sequence[int | None]) -> WordPieces:
    """True where a token is a piece of a word."""
    count = 1 + max(number for number in numbers if number is not None)
    return torch.tensor([[number == word for number in numbers] for word in range(count)])


def read_links(weights: WordWeights) -> Links:
    """The links that the weights of target words (rows) on source words (columns) suggest.

    Each source word is linked to the target word that looks at it most. A target word without a link by then is
    linked to the source word that holds more than half of its weight; where there is none, it has no partner.
    """
    links = {(i, int(j)) for i, j in enumerate(weights.argmax(dim=0))}
    linked = {j for _, j in links}
    best = zip(*weights.max(dim=1), strict=True)
    more = {(int(i), j) for j, (most, i) in enumerate(best) if most > MAJORITY}
    return links | {(i, j) for i, j in more if j not in linked}


def diagonal_links(num_source: int, num_target: int) -> Links:
    """The alignment that looks at nothing: each target word is linked to the source word at the same relative place."""
    stretch = (num_source - 1) / max(1, num_target - 1)
    return {(round(j * stretch), j) for j in range(num_target)}


def alignment_error_rate(found: Sequence[Links], gold: Sequence[Links]) -> float:
    """1 - 2 |A ∩ S| / (|A| + |S|) over all sentences: 0 is perfect, 1 means that no link is right.

    Och and Ney also count *possible* links; here every gold link is a sure one.

    Args:
        found, gold: for each sentence the links A that were found, and those S that are right.

    Raises:
        CourseError: other numbers of sentences, or no link at all.
    """
    if len(found) != len(gold):
        raise CourseError(f"expected one alignment for each sentence, got {len(found)} for {len(gold)} sentences")
    links = sum(map(len, found)) + sum(map(len, gold))
    if not links:
        raise CourseError("expected at least one link, got none")
    return 1 - 2 * sum(len(a & s) for a, s in zip(found, gold, strict=True)) / links
