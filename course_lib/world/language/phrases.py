"""Phrases in two languages at once: what is put together in Portuguese is put together, and linked, in English.

A word carries links; two words of the two sides are aligned when they share a link. A unit ("livro", "book") makes
one fresh link. Longer phrases are arranged from shorter ones, in the order of each language, so the gold alignment
follows from the grammar and is never guessed.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from course_lib.world.language import english, portuguese

END_MARKS = ".?!"


class Word(NamedTuple):
    """One word of one side with its links, which are compared by identity."""

    text: str
    links: tuple[object, ...] = ()


class Phrase(NamedTuple):
    """Portuguese words, English words, and the combinations (pairs of dictionary forms) that meet in them."""

    pt: tuple[Word, ...] = ()
    en: tuple[Word, ...] = ()
    combinations: tuple[tuple[str, str], ...] = ()


NOTHING = Phrase()


def unit(pt: str, en: str) -> Phrase:
    """The phrase of two expressions that translate each other: each word of one is linked to each word of the other."""
    links = (object(),)
    return Phrase(tuple(Word(text, links) for text in pt.split()), tuple(Word(text, links) for text in en.split()))


def only_pt(text: str) -> Phrase:
    """Portuguese words that have no counterpart: the "que" of "o livro que eu fiz"."""
    return Phrase(pt=tuple(Word(word) for word in text.split()))


def only_en(text: str) -> Phrase:
    """English words that have no counterpart: the "ever" of "i've ever done"."""
    return Phrase(en=tuple(Word(word) for word in text.split()))


def arrange(pt: Sequence[Phrase], en: Sequence[Phrase]) -> Phrase:
    """One phrase of several: their Portuguese sides in the order of `pt`, their English sides in the order of `en`."""
    return Phrase(
        tuple(word for part in pt for word in part.pt),
        tuple(word for part in en for word in part.en),
        tuple(pair for part in pt for pair in part.combinations),
    )


def sequence(*parts: Phrase) -> Phrase:
    """One phrase of several that follow each other in the same order in both languages."""
    return arrange(parts, parts)


def combined(phrase: Phrase, first: str, second: str) -> Phrase:
    """The phrase, marked as one in which two dictionary forms meet: an adjective or a verb, and a noun."""
    return phrase._replace(combinations=(*phrase.combinations, (first, second)))


def spoken(phrase: Phrase) -> Phrase:
    """The phrase as it is written: contracted on both sides (em + o = no, i + 've = i've), with "a" or "an" as fits."""
    en = melt(phrase.en, english.join)
    following = [word.text for word in en[1:]] + [""]
    en = tuple(Word(english.article(word.text, after), word.links) for word, after in zip(en, following, strict=True))
    return phrase._replace(pt=melt(phrase.pt, portuguese.contract), en=en)


def melt(words: tuple[Word, ...], rule: Callable[[str, str], str | None]) -> tuple[Word, ...]:
    """The words, with neighbors united where `rule(left, right)` gives a word; it inherits the links of both."""
    melted = []
    for word in words:
        united = rule(melted[-1].text, word.text) if melted else None
        if united:
            word = Word(united, melted.pop().links + word.links)
        melted.append(word)
    return tuple(melted)


def alignment(phrase: Phrase) -> tuple[tuple[int, int], ...]:
    """The gold alignment: sorted pairs (Portuguese word index, English word index) of words that share a link."""
    positions = {}
    for j, word in enumerate(phrase.en):
        for link in word.links:
            positions.setdefault(link, []).append(j)
    linked = {(i, j) for i, word in enumerate(phrase.pt) for link in word.links for j in positions.get(link, ())}
    return tuple(sorted(linked))


def write(words: tuple[Word, ...]) -> str:
    """The text of words, whose last is a full stop or a question mark: no space before that one."""
    *sentence, mark = (word.text for word in words)
    return " ".join(sentence) + mark


def split_words(text: str) -> list[str]:
    """The words that an alignment counts: separated by spaces, the final punctuation mark being a word of its own.

    "i've" is one word, and so is "girl's"; "this is it." has four.
    """
    stripped = text.rstrip(END_MARKS)
    return stripped.split() + list(text[len(stripped) :])
