"""Phrases in two languages at the same time, with links between their words for the gold alignment.

Two words are aligned if they share a link. A unit ("livro", "book") creates one new link. Longer phrases are arranged
from shorter ones in the word order of each language, so the alignment follows exactly from the grammar.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from course_lib.world.language import english, portuguese

END_MARKS = ".?!"


class Word(NamedTuple):
    """A word with its links, which are compared by identity."""

    text: str
    links: tuple[object, ...] = ()


class Phrase(NamedTuple):
    """Portuguese words, English words, and the combinations (pairs of dictionary forms) in them."""

    pt: tuple[Word, ...] = ()
    en: tuple[Word, ...] = ()
    combinations: tuple[tuple[str, str], ...] = ()


NOTHING = Phrase()


def unit(pt: str, en: str) -> Phrase:
    """Return the phrase of two expressions that translate each other, with all words linked."""
    links = (object(),)
    return Phrase(tuple(Word(text, links) for text in pt.split()), tuple(Word(text, links) for text in en.split()))


def only_pt(text: str) -> Phrase:
    """Return Portuguese words without a counterpart, such as the "que" in "o livro que eu fiz"."""
    return Phrase(pt=tuple(Word(word) for word in text.split()))


def only_en(text: str) -> Phrase:
    """Return English words without a counterpart, such as the "ever" in "i've ever done"."""
    return Phrase(en=tuple(Word(word) for word in text.split()))


def arrange(pt: Sequence[Phrase], en: Sequence[Phrase]) -> Phrase:
    """Combine phrases: their Portuguese sides in the order of `pt`, their English sides in the order of `en`."""
    return Phrase(
        tuple(word for part in pt for word in part.pt),
        tuple(word for part in en for word in part.en),
        tuple(pair for part in pt for pair in part.combinations),
    )


def sequence(*parts: Phrase) -> Phrase:
    """Combine phrases in the same order in both languages."""
    return arrange(parts, parts)


def combined(phrase: Phrase, first: str, second: str) -> Phrase:
    """Return the phrase with an added combination of two dictionary forms: an adjective or a verb, and a noun."""
    return phrase._replace(combinations=(*phrase.combinations, (first, second)))


def spoken(phrase: Phrase) -> Phrase:
    """Return the phrase in its written form: with contractions (em + o = no, i + 've = i've), and with "a" or "an"."""
    en = melt(phrase.en, english.join)
    following = [word.text for word in en[1:]] + [""]
    en = tuple(Word(english.article(word.text, after), word.links) for word, after in zip(en, following, strict=True))
    return phrase._replace(pt=melt(phrase.pt, portuguese.contract), en=en)


def melt(words: tuple[Word, ...], rule: Callable[[str, str], str | None]) -> tuple[Word, ...]:
    """Join neighboring words for which `rule(left, right)` returns a word. The new word has the links of both."""
    melted = []
    for word in words:
        united = rule(melted[-1].text, word.text) if melted else None
        if united:
            word = Word(united, melted.pop().links + word.links)
        melted.append(word)
    return tuple(melted)


def alignment(phrase: Phrase) -> tuple[tuple[int, int], ...]:
    """Return the gold alignment: sorted pairs (Portuguese index, English index) of words that share a link."""
    positions = {}
    for j, word in enumerate(phrase.en):
        for link in word.links:
            positions.setdefault(link, []).append(j)
    linked = {(i, j) for i, word in enumerate(phrase.pt) for link in word.links for j in positions.get(link, ())}
    return tuple(sorted(linked))


def write(words: tuple[Word, ...]) -> str:
    """Return the text of words. There is no space before the last one, a full stop or a question mark."""
    *sentence, mark = (word.text for word in words)
    return " ".join(sentence) + mark


def split_words(text: str) -> list[str]:
    """Return the words that an alignment counts, split at spaces, with the final punctuation mark as a separate word.

    "i've" is one word, and so is "girl's"; "this is it." has four.
    """
    stripped = text.rstrip(END_MARKS)
    return stripped.split() + list(text[len(stripped) :])
