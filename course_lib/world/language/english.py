"""The regular forms of English: plurals, verb forms, comparison, joined words, and the articles a and an.

Every function takes a dictionary form and follows the rule. Irregular forms come from the lexicon. For a verb with a
particle ("look for"), the first word is inflected.
"""

import re

HISSING = ("s", "x", "z", "ch", "sh", "o")
JOINED = {("i", "'ve"): "i've", ("you", "'ve"): "you've", ("he", "'ve"): "he's", ("she", "'ve"): "she's",
          ("we", "'ve"): "we've", ("they", "'ve"): "they've", ("can", "not"): "cannot"}  # fmt: skip
BE = {"i": ("am", "was"), "he": ("is", "was"), "she": ("is", "was")}


def with_s(word: str) -> str:
    """Return the word with the ending of plurals and of the third person: books, boxes, stories, goes."""
    if word.endswith(HISSING) and word not in ("photo", "piano"):
        return word + "es"
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def with_ed(verb: str) -> str:
    """Return the regular past and participle: painted, baked, cried, looked for."""
    head, *particle = verb.split()
    stem = head[:-1] + "i" if re.search("[^aeiou]y$", head) else head.removesuffix("e")
    return " ".join([stem + "ed", *particle])


def with_ing(verb: str) -> str:
    """Return the present participle: reading, baking, running, seeing, looking for."""
    head, *particle = verb.split()
    stem = head[:-1] if re.search("[^e]e$", head) else doubled(head)
    return " ".join([stem + "ing", *particle])


def third_person(verb: str) -> str:
    """Return the present with he, she, or it: reads, goes, cries, looks for; "have" and "can" are irregular."""
    head, *particle = verb.split()
    return " ".join([{"have": "has", "can": "can"}.get(head) or with_s(head), *particle])


def doubled(word: str) -> str:
    """Return the word with its last consonant doubled if it is one short syllable: run(n)ing, swim(m)ing, big(g)er."""
    return word + word[-1] if re.fullmatch("[^aeiou]*[aeiou][^aeiouwxy]", word) else word


def is_short(adjective: str) -> bool:
    """Return True if an adjective takes -er and -est, because it has one spoken syllable or ends in -y."""
    return adjective.endswith("y") or len(re.findall("[aeiou]+", adjective.removesuffix("e"))) == 1


def comparative(adjective: str) -> str:
    """Return the comparative: taller, bigger, heavier; more expensive."""
    return graded(adjective, "er") if is_short(adjective) else f"more {adjective}"


def superlative(adjective: str) -> str:
    """Return the superlative: tallest, biggest, heaviest; most expensive."""
    return graded(adjective, "est") if is_short(adjective) else f"most {adjective}"


def graded(adjective: str, ending: str) -> str:
    """Return a short adjective with the ending -er or -est."""
    if re.search("[^aeiou]y$", adjective):
        return adjective[:-1] + "i" + ending
    return doubled(adjective) + ending if not adjective.endswith("e") else adjective[:-1] + ending


def join(left: str, right: str) -> str | None:
    """Return the joined form of two neighbors (i + 've, girl + 's, girls + 's), or None if they stay separate."""
    if right == "'s":
        return left + ("'" if left.endswith("s") else "'s")
    return JOINED.get((left, right))


def article(word: str, following: str) -> str:
    """Return the word unchanged, except that "a" becomes "an" before a vowel."""
    return "an" if word == "a" and following[:1] in tuple("aeiou") else word


def be(pronoun: str, past: bool = False) -> str:
    """Return the form of "be" for an English subject pronoun: am, is, are; was, were."""
    return BE.get(pronoun, ("are", "were"))[past]
