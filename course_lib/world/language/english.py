"""English grammar rules for plurals, verb forms, comparison, contractions, and the choice between "a" and "an".

The functions take a dictionary form and apply the regular rule. Most irregular forms come from the lexicon. If a verb
has a particle ("look for"), only its first word is inflected.
"""

import re

HISSING = ("s", "x", "z", "ch", "sh", "o")
JOINED = {("i", "'ve"): "i've", ("you", "'ve"): "you've", ("he", "'ve"): "he's", ("she", "'ve"): "she's",
          ("we", "'ve"): "we've", ("they", "'ve"): "they've", ("can", "not"): "cannot"}  # fmt: skip
BE = {"i": ("am", "was"), "he": ("is", "was"), "she": ("is", "was")}


def with_s(word: str) -> str:
    """Add -s or -es, for the plural of a noun or the third person of a verb: books, boxes, stories, goes."""
    if word.endswith(HISSING) and word not in ("photo", "piano"):
        return word + "es"
    if re.search("[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def with_ed(verb: str) -> str:
    """Return the regular past form of a verb, which is also its participle: painted, baked, cried, looked for."""
    head, *particle = verb.split()
    stem = head[:-1] + "i" if re.search("[^aeiou]y$", head) else head.removesuffix("e")
    return " ".join([stem + "ed", *particle])


def with_ing(verb: str) -> str:
    """Return the present participle of a verb: reading, baking, running, seeing, looking for."""
    head, *particle = verb.split()
    stem = head[:-1] if re.search("[^e]e$", head) else doubled(head)
    return " ".join([stem + "ing", *particle])


def third_person(verb: str) -> str:
    """Return the present form for he, she, or it: reads, goes, cries, looks for, and the irregular has and can."""
    head, *particle = verb.split()
    return " ".join([{"have": "has", "can": "can"}.get(head) or with_s(head), *particle])


def doubled(word: str) -> str:
    """Double the last consonant of a word with one short syllable (run: runn-ing), and keep other words unchanged."""
    return word + word[-1] if re.fullmatch("[^aeiou]*[aeiou][^aeiouwxy]", word) else word


def is_short(adjective: str) -> bool:
    """Return True if an adjective takes -er and -est: it has only one spoken syllable or ends in -y."""
    return adjective.endswith("y") or len(re.findall("[aeiou]+", adjective.removesuffix("e"))) == 1


def comparative(adjective: str) -> str:
    """Return the comparative of an adjective: taller, bigger, heavier, more expensive."""
    return graded(adjective, "er") if is_short(adjective) else f"more {adjective}"


def superlative(adjective: str) -> str:
    """Return the superlative of an adjective: tallest, biggest, heaviest, most expensive."""
    return graded(adjective, "est") if is_short(adjective) else f"most {adjective}"


def graded(adjective: str, ending: str) -> str:
    """Add the ending -er or -est to a short adjective and adapt the spelling: bigger, heavier, nicer."""
    if re.search("[^aeiou]y$", adjective):
        return adjective[:-1] + "i" + ending
    return doubled(adjective) + ending if not adjective.endswith("e") else adjective[:-1] + ending


def join(left: str, right: str) -> str | None:
    """Return two adjacent words as one (i + 've = i've, girls + 's = girls'), or None if they stay separate."""
    if right == "'s":
        return left + ("'" if left.endswith("s") else "'s")
    return JOINED.get((left, right))


def article(word: str, following: str) -> str:
    """Return "an" if the word is "a" and the following word starts with a vowel, or else the word unchanged."""
    return "an" if word == "a" and following[:1] in tuple("aeiou") else word


def be(pronoun: str, past: bool = False) -> str:
    """Return the form of "be" that agrees with an English subject pronoun: am, is, are, or (in the past) was, were."""
    return BE.get(pronoun, ("are", "were"))[past]
