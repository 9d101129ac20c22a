"""Exercises of lesson 11: text corpora."""

import torch

from course_lib.exercises.cases import dice
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.leak import LEAK
from course_lib.exercises.solutions import Edit
from course_lib.exercises.values import ANY_OTHER, members

# 11.1 On paper: two sentences of five pairs of words, three of them in both; 8 texts found, 6 of them right, of 10


def answer():
    return {"overlap": 3 / 7, "agree": 30, "precision": 6 / 8, "recall": 6 / 10, "can't fall": "recall"}


# 11.2 A critic


def critic():
    return {"not its own": "C", "share texts": {"A", "D"}, "too early": "N", "one language": "A"}


# 11.3 Near copies
def copies_cases(seed):
    """Short texts, in which the last run decides, or their ends, a run that overlaps, a capital, the shorter text."""
    return [
        (drawn(seed, "xab yab cdef cdgf"), 2, 1 / 3),
        (drawn(seed + 3, "abcdefg cde HIJk hIJk"), 3, 3 / 7),
        (drawn(seed + 6, "lmnopqr lmnopst mno lmno"), 3, 1 / 3),
        (drawn(seed + 9, "abc cab de fgd"), 1, 0.4),
        ([" ".join(text) for text in ("aaaab", "aabbc", "aaaab")], 2, 0.5),  # runs that stand twice in a text
        (["ab c d", "a bc d", "ab cd e"], 2, 1 / 3),  # the same letters, but other words
        (drawn(seed + 12, "abcd dcba abce"), 2, 0.5),  # the same words in another order
    ]


def drawn(seed, texts):
    """These texts in another order, and each letter of theirs another one."""
    source = dice(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    others = "".join(letters[i] for i in torch.randperm(26, generator=source))
    texts = texts.translate(str.maketrans(letters + letters.upper(), others + others.upper())).split()
    return [" ".join(texts[i]) for i in torch.randperm(len(texts), generator=source)]


def near_copies(texts, n, threshold):
    """A list of texts -> a set of pairs of places."""

    def runs(text):
        words = text.split()
        return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}

    sets, found = [runs(text) for text in texts], set()
    for j, b in enumerate(sets):
        for i, a in enumerate(sets[:j]):
            if len(a & b) / len(a | b) >= threshold:
                found.add((i, j))
    return found


# 11.5 The table of the slide


def table():
    return {
        "pages": {"C4", "ROOTS"},
        "too late": "OpenWebText",
        "pick": "StarCoder Data",
        "never there": "Google News",
        "passes": 2e12 / (985e6 * 1.3),
    }


EXERCISES = [
    Exercise(
        id="11.1",
        title="On paper",
        points=2,
        truth=answer,
        tolerance=3e-3,
        mistakes=[
            ("this is the share of one sentence's pairs; the overlap is that of the union", {"overlap": 3 / 5}),
            ("pairs that are in both count once in the union: 5 + 5 - 3", {"overlap": 3 / 10}),
            ("these are the words in common; asked for are the pairs of words", {"overlap": 4 / 6}),
            ("a place agrees with a probability equal to the overlap", {"agree": 35}),
            ("precision is the share of right ones among those found", {"precision": 6 / 10}),
            ("recall is the share of found ones among those planted", {"recall": 6 / 8}),
            ("recall is the share of found ones among those planted", {"recall": 8 / 10}),
            (
                "who accepts more pairs may accept wrong ones; he loses none of the right ones",
                {"can't fall": "precision"},
            ),
            *[
                ("as many agree as the overlap says: 70 times it", {"agree": n})
                for n in (40, 42, 21, 70 * 4 / 6, 3, 70)
            ],
        ],
    ),
    Exercise(
        id="11.2",
        title="A critic",
        points=1,
        truth=critic,
        mistakes=[
            ("odc-by licenses the collection, and says so", {"not its own": "A"}),
            ("odc-by licenses the collection, and says so", {"not its own": "D"}),
            ("Wikipedia's authors have agreed to this license", {"not its own": "B"}),
            ("two of the four were cut out of the same crawl: their texts must overlap", {"share texts": ANY_OTHER}),
            ("M is younger than the corpus that it names", {"too early": "M"}),
            ("B has a Wikipedia for each of many languages", {"one language": "B"}),
            ("not stated is not one language: nobody knows", {"one language": "C"}),
        ],
    ),
    Exercise(
        id="11.3",
        title="Near copies",
        points=2,
        truth=near_copies,
        cases=copies_cases,
        mistakes=[
            ("the overlap is the share of the union, not of the first text", Edit("len(a | b) → len(a)")),
            ("n-grams that are in both texts count once in the union", Edit("len(a | b) → (len(a) + len(b))")),
            (
                "divided by the mean of the two numbers of runs, not by the union",
                Edit("len(a | b) → (len(a) + len(b)) * 2"),
            ),
            (
                "the pairs are the other way round: the earlier text comes first",
                Edit("(i, j) → (j, i)"),
            ),
            (
                "a text is no copy of itself",
                Edit("sets[:j] → sets[: j + 1]"),
            ),
            ("neighbours are compared, too", Edit("sets[:j] → sets[: max(j - 1, 0)]")),
            ("only exact copies are found", Edit(">= threshold → >= 1.0")),
            (
                "a run is a row of words; joined without blanks, other words can have the same letters",
                Edit("tuple(words[i : i + n]) → ''.join(words[i : i + n])"),
            ),
            (
                "a run is a row of words; the same words in another order are another run",
                Edit("tuple(words[i : i + n]) → tuple(sorted(words[i : i + n]))"),
            ),
            ("a pair that has just this overlap counts, too", Edit(">= threshold → > threshold")),
            (
                "the overlap is the share of the union, not of the shorter text",
                Edit("len(a | b) → min(len(a), len(b))"),
            ),
            ("the last run is lost: k words have k − n + 1 runs", Edit("- n + 1 → - n")),
            ("the ends of a text that are shorter than n words are no runs", Edit(" - n + 1 → ")),
            (
                "runs overlap: the next one begins one word further on, not n",
                Edit("range(len(words) - n + 1) → range(0, len(words) - n + 1, n)"),
            ),
            ("a run has n words, not n + 1", Edit("i + n]) → i + n + 1])", "- n + 1 → - n")),
            (
                "single words are compared, not runs of n words",
                Edit("tuple(words[i : i + n]) for i in range(len(words) - n + 1) → word for word in words"),
            ),
            (
                "capitals are lost: words are what `split()` makes of a text",
                Edit("text.split() → text.lower().split()"),
            ),
            *[
                (
                    "a run that stands twice in a text counts once: compare sets",
                    Edit(
                        "{tuple(words[i : i + n]) for i in range(len(words) - n + 1)} → "
                        "[tuple(words[i : i + n]) for i in range(len(words) - n + 1)]",
                        "len(a & b) / len(a | b) → "
                        f"(both := sum(run in {x} for run in {y})) / (len(a) + len(b) - both)",
                    ),
                )
                for x, y in ("ab", "ba")
            ],
            (
                "each pair stands there both ways; asked for is the earlier text first",
                Edit("found.add((i, j)) → found.update([(i, j), (j, i)])"),
            ),
            ("these are runs of n letters; asked for are runs of n words", Edit("text.split() → text")),
        ],
    ),
    LEAK,
    Exercise(
        id="11.5",
        title="The table of the slide",
        points=1,
        truth=table,
        tolerance=2e-2,
        mistakes=[
            *members(
                table()["pages"],
                {
                    "BooksCorpus": "BooksCorpus was made of novels, not of pages",
                    "StarCoder Data": "StarCoder Data was made of programs, not of pages",
                    "ROOTS": "ROOTS has a part of Common Crawl, too",
                    "C4": "C4 was filtered from Common Crawl",
                },
                "pages",
            ),
            (
                "GPT-2 read WebText, which its makers kept; asked is what was made after it",
                {"too late": "WebText"},
            ),
            ("asked for is the corpus in whose row GPT-2 stands", {"too late": ANY_OTHER}),
            ("The Pile has much else in it; one corpus of the table has programs only", {"pick": "The Pile"}),
            ("one corpus of the table has programs only", {"pick": ANY_OTHER}),
            ("OpenWebText can be had; one of the ten is known by word vectors only", {"never there": "OpenWebText"}),
            ("this one can be had; one of the ten is known by word vectors only", {"never there": ANY_OTHER}),
            ("words are not tokens: 1.3 for each", {"passes": 2e12 / 985e6}),
            (
                "there are more tokens than words: 1.3 times as many for one pass, and so fewer passes",
                {"passes": 2e12 / (985e6 / 1.3)},
            ),
            ("a trillion has 12 zeros, a million 6", {"passes": 2e9 / (985e6 * 1.3)}),
        ],
    ),
]
