"""Phrases that are built in two languages in parallel, with links between their words for the gold alignment.

Two words are aligned if they share a link. `unit` creates a phrase from two translations ("livro", "book") and links
them. Longer phrases combine shorter ones in the word order of each language, so the grammar determines the alignment.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from course_lib.world.language import english, portuguese

END_MARKS = ".?!"


class Word(NamedTuple):
    """A word with its links to words in the other language. Links are compared by identity."""

    text: str
    links: tuple[object, ...] = ()


class Phrase(NamedTuple):
    """A phrase in Portuguese and English, with its combinations: pairs of dictionary forms that can be held out."""

    pt: tuple[Word, ...] = ()
    en: tuple[Word, ...] = ()
    combinations: tuple[tuple[str, str], ...] = ()


NOTHING = Phrase()


def unit(pt: str, en: str) -> Phrase:
    """Create a phrase from two expressions that translate each other, and link all of their words."""
    links = (object(),)
    return Phrase(tuple(Word(text, links) for text in pt.split()), tuple(Word(text, links) for text in en.split()))


def only_pt(text: str) -> Phrase:
    """Create a phrase of Portuguese words without an English counterpart, such as the "que" in "o livro que eu fiz"."""
    return Phrase(pt=tuple(Word(word) for word in text.split()))


def only_en(text: str) -> Phrase:
    """Create a phrase of English words without a Portuguese counterpart, such as the "ever" in "i've ever done"."""
    return Phrase(en=tuple(Word(word) for word in text.split()))


def arrange(pt: Sequence[Phrase], en: Sequence[Phrase]) -> Phrase:
    """Combine phrases, with the Portuguese words in the order of `pt` and the English words in the order of `en`."""
    return Phrase(
        tuple(word for part in pt for word in part.pt),
        tuple(word for part in en for word in part.en),
        tuple(pair for part in pt for pair in part.combinations),
    )


def sequence(*parts: Phrase) -> Phrase:
    """Combine phrases in the same order in both languages."""
    return arrange(parts, parts)


def combined(phrase: Phrase, first: str, second: str) -> Phrase:
    """Return the phrase with one more combination: an adjective or a verb with a noun, in dictionary form."""
    return phrase._replace(combinations=(*phrase.combinations, (first, second)))


def spoken(phrase: Phrase) -> Phrase:
    """Return the phrase with contractions (em + o = no, i + 've = i've) and with "an" instead of "a" before a vowel."""
    en = melt(phrase.en, english.join)
    following = [word.text for word in en[1:]] + [""]
    en = tuple(Word(english.article(word.text, after), word.links) for word, after in zip(en, following, strict=True))
    return phrase._replace(pt=melt(phrase.pt, portuguese.contract), en=en)


def melt(words: tuple[Word, ...], rule: Callable[[str, str], str | None]) -> tuple[Word, ...]:
    """Join adjacent words if `rule(left, right)` returns a new word for them, which gets the links of both."""
    melted = []
    for word in words:
        united = rule(melted[-1].text, word.text) if melted else None
        if united:
            word = Word(united, melted.pop().links + word.links)
        melted.append(word)
    return tuple(melted)


def alignment(phrase: Phrase) -> tuple[tuple[int, int], ...]:
    """Return the gold alignment: sorted index pairs (Portuguese, English) of the words that share a link."""
    positions = {}
    for j, word in enumerate(phrase.en):
        for link in word.links:
            positions.setdefault(link, []).append(j)
    linked = {(i, j) for i, word in enumerate(phrase.pt) for link in word.links for j in positions.get(link, ())}
    return tuple(sorted(linked))


def write(words: tuple[Word, ...]) -> str:
    """Join the words of a sentence with spaces, except before the last one, which is a full stop or a question mark."""
    *sentence, mark = (word.text for word in words)
    return " ".join(sentence) + mark


def split_words(text: str) -> list[str]:
    """Split a sentence into the words that an alignment refers to: at spaces and before the final punctuation mark.

    "i've" and "girl's" are one word each. "this is it." has four words, because the full stop counts as a word.
    """
    stripped = text.rstrip(END_MARKS)
    return stripped.split() + list(text[len(stripped) :])
