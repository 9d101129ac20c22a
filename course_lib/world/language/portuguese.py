"""Brazilian Portuguese grammar rules for plurals, feminine forms, conjugation, and contractions.

Most functions take a dictionary form and apply the regular rule. Irregular forms come from the lexicon. Verbs have four
forms per tense: for eu, for você, ele, and ela, for nós, and for eles and elas.
"""

PLURAL_ENDINGS = {
    "ão": "ões",
    "al": "ais",
    "el": "éis",
    "ol": "óis",
    "ul": "uis",
    "m": "ns",
    "r": "res",
    "z": "zes",
    "s": "ses",
}

PRESENT_ENDINGS = {
    "ar": ("o", "a", "amos", "am"),
    "er": ("o", "e", "emos", "em"),
    "ir": ("o", "e", "imos", "em"),
}
PAST_ENDINGS = {
    "ar": ("ei", "ou", "amos", "aram"),
    "er": ("i", "eu", "emos", "eram"),
    "ir": ("i", "iu", "imos", "iram"),
}
GERUND_ENDINGS = {"ar": "ando", "er": "endo", "ir": "indo"}

SPELLING_BEFORE_E = {"c": "qu", "g": "gu", "ç": "c"}

CONTRACTIONS = {
    "em": {"o": "no", "a": "na", "os": "nos", "as": "nas", "este": "neste", "esta": "nesta", "estes": "nestes",
           "estas": "nestas", "aquele": "naquele", "aquela": "naquela", "aqueles": "naqueles", "aquelas": "naquelas"},
    "de": {"o": "do", "a": "da", "os": "dos", "as": "das", "este": "deste", "esta": "desta", "estes": "destes",
           "estas": "destas", "aquele": "daquele", "aquela": "daquela", "aqueles": "daqueles", "aquelas": "daquelas",
           "ele": "dele", "ela": "dela", "eles": "deles", "elas": "delas"},
    "a": {"o": "ao", "a": "à", "os": "aos", "as": "às", "aquele": "àquele", "aquela": "àquela", "aqueles": "àqueles",
          "aquelas": "àquelas"},
    "por": {"o": "pelo", "a": "pela", "os": "pelos", "as": "pelas"},
}  # fmt: skip


def contract(left: str, right: str) -> str | None:
    """Return the contraction of a preposition with the next word (em + o = no), or None if they stay separate."""
    return CONTRACTIONS.get(left, {}).get(right)


def plural(word: str) -> str:
    """Return the regular plural of a noun or adjective: casa, casas; leão, leões; hospital, hospitais."""
    for ending, replacement in PLURAL_ENDINGS.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + replacement
    return word + "s"


def feminine(adjective: str) -> str:
    """Return the regular feminine form of an adjective: amarelo, amarela (but azul and grande don't change)."""
    return adjective.removesuffix("o") + "a" if adjective.endswith("o") else adjective


def present(infinitive: str) -> tuple[str, str, str, str]:
    """Return the four present forms of a regular verb: compro, compra, compramos, compram."""
    return tuple(infinitive[:-2] + ending for ending in PRESENT_ENDINGS[infinitive[-2:]])


def past(infinitive: str) -> tuple[str, str, str, str]:
    """Return the four simple past forms (pretérito perfeito) of a regular verb: comprei, comprou, compramos, compraram.

    In verbs such as tocar and abraçar, the spelling of the first form changes: toquei, abracei.
    """
    first, *others = PAST_ENDINGS[infinitive[-2:]]
    stem = infinitive[:-2]
    return (before_e(stem) if first == "ei" else stem) + first, *(stem + ending for ending in others)


def gerund(infinitive: str) -> str:
    """Return the gerund of a verb, which is regular for all verbs in the lexicon: comprando, lendo, abrindo."""
    return infinitive[:-2] + GERUND_ENDINGS[infinitive[-2:]]


def imperative(infinitive: str, present_eu: str) -> str:
    """Return the imperative for você, derived from the present form for eu: lavo, lave; toco, toque; faço, faça."""
    stem = present_eu.removesuffix("o")
    return before_e(stem) + "e" if infinitive.endswith("ar") else stem + "a"


def before_e(stem: str) -> str:
    """Adapt the spelling of a stem so that its sound stays the same before an e: toc- to toqu-, abraç- to abrac-."""
    return stem[:-1] + SPELLING_BEFORE_E.get(stem[-1], stem[-1])
