"""Answers to the exercises of lesson 11."""

import operator

import numpy as np
import torch

from course_lib.workshop.exercises.lesson_11 import critic


def runs(text):
    words = text.split()
    return [" ".join(words[i : i + 5]) for i in range(len(words) - 4)]


def leak_by_text(train, test, losses):
    known = {run for text in train for run in runs(text)}
    leaked = [i for i, text in enumerate(test) if sum(run in known for run in runs(text)) > len(runs(text)) / 2]
    clean = [loss for i, loss in enumerate(losses) if i not in leaked]
    return {"leaked": leaked, "too good by": np.mean(clean) - np.mean(losses)}


def leak_by_search(train, test, losses):
    corpus = " | ".join(train)
    shares = torch.tensor([np.mean([f" {run} " in f" {corpus} " for run in runs(text)]) for text in test])
    losses = torch.tensor(losses)
    return {
        "leaked": set(torch.where(shares > 0.5)[0].tolist()),
        "too good by": losses[shares <= 0.5].mean() - losses.mean(),
    }


def leak_by_pairs(train, test, losses):
    def words(text):
        parts = text.split()
        return set(zip(*(parts[i:] for i in range(5)), strict=False))

    known, leaked = set.union(*map(words, train)), ()
    for i, text in enumerate(test):
        if len(words(text) - known) < len(words(text)) / 2:
            leaked += (i,)
    kept = [losses[i] for i in range(len(test)) if i not in leaked]
    return {"leaked": leaked, "too good by": sum(kept) / len(kept) - sum(losses) / len(losses)}


def copies_by_loops(texts, n, threshold):
    found = set()
    for j in range(len(texts)):
        for i in range(j):
            a, b = (
                {" ".join(w[k : k + n]) for k in range(len(w) - n + 1)} for w in (texts[i].split(), texts[j].split())
            )
            if len(a & b) >= threshold * len(a | b):
                found.add((i, j))
    return found


def copies_as_list(texts, n, threshold):
    return sorted(copies_by_loops(texts, n, threshold))


def copies_in_numpy(texts, n, threshold):
    grams = [set(zip(*(text.split()[i:] for i in range(n)), strict=False)) for text in texts]
    table = np.array([[len(a & b) / len(a | b) for b in grams] for a in grams])
    return {(int(i), int(j)) for i, j in np.argwhere(np.triu(table >= threshold, 1))}


def copies_in_any_order(texts, n, threshold):
    words = [text.split() for text in texts]
    grams = [{frozenset(text[i : i + n]) for i in range(len(text) - n + 1)} for text in words]
    pairs = ((i, j) for j in range(len(grams)) for i in range(j))
    return {(i, j) for i, j in pairs if len(grams[i] & grams[j]) / len(grams[i] | grams[j]) >= threshold}


def search(train, test, losses, n=5, more=operator.gt, end=None, parts=str.split, at_once=True):
    """Searches for runs, with one thing changed."""
    texts = [[parts(text)] if parts is not str.split else [text.split()] for text in train]

    def share(text, texts):
        runs = [text.split()[i : i + n] for i in range(len(text.split()) - n + 1)][:end]
        return sum(any(holds(known, run) for (known,) in texts) for run in runs) / max(1, len(runs))

    def holds(known, run):
        if isinstance(known, str):
            return " ".join(run) in known
        return any(known[i : i + n] == run for i in range(len(known)))

    shares = [share(text, texts) if at_once else max(share(text, [one]) for one in texts) for text in test]
    found = {i for i, value in enumerate(shares) if more(value, 0.5)}
    clean = [loss for i, loss in enumerate(losses) if i not in found]
    return {"leaked": found, "too good by": sum(clean) / max(1, len(clean)) - sum(losses) / len(losses)}


def searched(**changes):
    return lambda *case: search(*case, **changes)


RIGHT = {
    "11.2": [{**critic(), "share texts": given} for given in ("DA", "A, D", "A D", ("A", "D"))],
    "11.3": [copies_by_loops, lambda *case: set(copies_as_list(*case)), copies_in_numpy],
    "11.4": [leak_by_text, leak_by_search, leak_by_pairs, search],
}

WRONG = {
    "11.1": [({"agree": 3}, "agree: yours is 3, the true value is 30")],
    "11.2": [({"share texts": "AC"}, "share texts: yours is 'AC'"), ({"share texts": "B, A"}, "the same crawl")],
    "11.3": [
        (lambda texts, n, threshold: set(), "yours is set()"),
        (copies_in_any_order, "the same words in another order are another run"),
    ],
    "11.4": [
        (searched(more=operator.ge), "just half of the runs"),
        (searched(n=4), "yours is"),
        (searched(end=-1), "yours is"),
        (searched(at_once=False), "yours is"),
        (searched(parts=str), "yours is"),
        (lambda train, test, losses: {**leak_by_text(train, test, losses), "leaked": set()}, "leaked: yours is set()"),
        (
            lambda train, test, losses: {**leak_by_text(train, test, losses), "too good by": 0},
            "too good by: yours is 0",
        ),
    ],
    "11.5": [
        ({"too late": "WebText"}, "which its makers kept"),
        ({"passes": 2030.0}, "words are not tokens"),
        ({"never there": "C4"}, "never there: yours is 'C4'"),
    ],
}
