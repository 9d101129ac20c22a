"""Exercises of lesson 08: architectural variants."""

import torch

from course_lib.exercises.cases import as_mask, number, random_tensors
from course_lib.exercises.exercise import Exercise


# 08.1 Draw a prefix
def prefix_mask(prefix, length):
    """The prefix sees the prefix; what comes after sees all that came before. Bool, rows are queries."""
    places = torch.arange(length)
    return (places <= places[:, None]) | (places < prefix)


def mixer(mask, strength=1.0):
    """A model T D -> T D in which each token hears the mean of those that it may see."""
    shares = mask / mask.sum(dim=1, keepdim=True)

    def model(x):
        return x.sin() * mask.diagonal()[:, None] + strength * shares @ x

    return model


def models(prefix, length):
    """Masks that a leak test must tell apart."""
    ones = torch.ones(length, length, dtype=torch.bool)
    skip = ones.tril()
    skip[-1, 1] = False
    return [prefix_mask(prefix, length), ones, ones.tril(), ones.triu(), ones.tril(-1) | ~ones.tril(), skip]


def prefix_cases(seed):
    prefix = number(seed, 3, 4)
    (x,) = random_tensors(seed, (7, 5))
    faint = mixer(torch.ones(7, 7, dtype=torch.bool), strength=0.01)
    return [(prefix, 7, mixer(mask), x) for mask in models(prefix, 7)] + [(1, 7, faint, x)]


def leak_map(model, x, own=True, threshold=0.0, changed=None):
    """Which state (row) changes with which token (column)."""
    before, columns = model(x), []
    for place in range(len(x)):
        other = x.clone()
        other[place] += 1
        columns.append((model(other) - before).abs().amax(dim=1) > threshold)
    found = torch.stack(columns, dim=1)
    found = found if own else found & ~torch.eye(len(x), dtype=torch.bool)
    return found if changed is None else found & (torch.arange(len(x)) == changed)


def draw_and_prove(pair, prefix, length, model, x):
    """Both functions; a mistake has one of them only."""
    draw, prove = pair
    result = {"mask": as_mask(draw, prefix, length)} if draw else {}
    return result | ({"leaks": prove(model, x)} if prove else {})


def drawn(mask):
    return lambda prefix, length: mask(torch.arange(length)[:, None], torch.arange(length), prefix), None


def proven(**changes):
    return None, lambda model, x: leak_map(model, x, **changes)


# 08.2 Three exercises by hand
SENTENCE = "bruno saw a small bird near the old house <eos>"
BY_HAND = {
    "masked reads": "bruno saw a <mask> cup near the old house <eos>",
    "masked labels": "- - - small bird - - - house -",
    "causal reads": "<bos> bruno saw a small bird near the old house",
    "causal labels": SENTENCE,
    "spans source": "bruno saw <gap0> near the <gap1> house <eos>",
    "spans target": "<gap0> a small bird <gap1> old <eos>",
}

# 08.3 Count the labels
LABELS = {"masked": 60, "hidden": 48, "kept": 6, "causal": 400}
RUNS = {"A": "everything", "B": "right", "C": "padding", "D": "only masks"}


# 08.4 Probe another thing
def probe_cases(seed):
    seen, new, weights, noise = random_tensors(seed, (31, 4), (17, 4), (4,), (48,))
    y = torch.cat([seen, new]) @ weights + 0.5 * noise + 3
    return [(seen, y[:31], new, y[31:])]


def size(x):
    return x.abs().mean()


def probe(seen, y, new, new_y, constant=1.0, mean=size):
    """The mean error of a linear probe on new states, and that of always saying the mean."""

    def with_constant(x):
        return torch.cat([x, constant * torch.ones(len(x), 1)], dim=1).double()

    weights = torch.linalg.lstsq(with_constant(seen), y.double(), driver="gelsd").solution
    return {"probe": mean(with_constant(new) @ weights - new_y), "control": mean(y.mean() - new_y)}


# 08.5 A fairer budget
CLAIMS = {"a": True, "b": False, "c": False, "d": True, "e": False, "lead": 6, "steps": 800 / 0.15}

# 08.6 Which one for which job?
JOBS = {"search": "encoder", "chat": "decoder", "names": "encoder"}
JOBS |= {"translate": "encoder-decoder", "code": "decoder", "grade": "encoder"}
NOTHING_IS_WRITTEN = "nothing is written here: who sees the whole text at once is made for that"
GOES_ON = "one text goes on: a decoder was trained on nothing else"
TWO_TEXTS = "two texts: the first is complete before the second begins"
REASONS = {"encoder": NOTHING_IS_WRITTEN, "decoder": GOES_ON, "encoder-decoder": TWO_TEXTS}

EXERCISES = [
    Exercise(
        id="08.1",
        title="Draw a prefix",
        points=3,
        truth=(prefix_mask, leak_map),
        cases=prefix_cases,
        run=draw_and_prove,
        mistakes=[
            ("mask: this is the causal mask; the tokens of the prefix see each other", drawn(lambda q, k, p: k <= q)),
            (
                "mask: everybody sees everything; after the prefix, nobody may look ahead",
                drawn(lambda q, k, p: k < q + 99),
            ),
            (
                "mask: what comes after the prefix does not see the prefix",
                drawn(lambda q, k, p: ((q < p) & (k < p)) | ((q >= p) & (k >= p) & (k <= q))),
            ),
            ("mask: it is transposed: rows look, columns are looked at", drawn(lambda q, k, p: (q <= k) | (q < p))),
            ("mask: one token too many counts as prefix", drawn(lambda q, k, p: (k <= q) | (k <= p))),
            ("mask: one token too few counts as prefix", drawn(lambda q, k, p: (k <= q) | (k < p - 1))),
            (
                "mask: the prefix looks at what comes after it",
                drawn(lambda q, k, p: (k <= q) | (q < p)),
            ),
            (
                "mask: nobody sees itself; a token may see its own place",
                drawn(lambda q, k, p: (k < q) | ((k < p) & (k != q))),
            ),
            (
                "leaks: the table is transposed: rows are states, columns the tokens that were changed",
                (None, lambda model, x: leak_map(model, x).T),
            ),
            ("leaks: a state may depend on its own token, too; the diagonal belongs to the table", proven(own=False)),
            ("leaks: only the last token was changed; change each of them", proven(changed=6)),
            ("leaks: only the first token was changed; change each of them", proven(changed=0)),
            ("leaks: a small change is a change: 0.01 is more than a rounding error", proven(threshold=1e-2)),
            (
                "leaks: True means that it leaks; the table is upside down",
                (None, lambda model, x: ~leak_map(model, x)),
            ),
        ],
    ),
    Exercise(
        id="08.2",
        title="Three exercises by hand",
        points=2,
        truth=lambda: BY_HAND,
        mistakes=[
            (
                "not every chosen token becomes a mask: bird is replaced, house stays",
                {"masked reads": "bruno saw a <mask> <mask> near the old <mask> <eos>"},
            ),
            ("house was chosen, too: it stays, and it is asked", {"masked labels": "- - - small bird - - - - -"}),
            (
                "what is asked is what stood there, not what was put in its place",
                {"masked labels": "- - - small cup - - - house -"},
            ),
            ("only what was chosen is asked", {"masked labels": SENTENCE}),
            ("the input is not shifted: each place would be asked for what it reads", {"causal reads": SENTENCE}),
            (
                "shifted twice: the first word would never be asked",
                {"causal labels": "saw a small bird near the old house <eos>"},
            ),
            (
                "one sentinel for each gap, not for each token of it",
                {"spans source": "bruno saw <gap0> <gap1> <gap2> near the <gap3> house <eos>"},
            ),
            (
                "each gap has a sentinel of its own number",
                {"spans source": "bruno saw <gap0> near the <gap0> house <eos>"},
            ),
            (
                "a gap is marked by its sentinel, not by a mask",
                {"spans source": "bruno saw <mask> near the <mask> house <eos>"},
            ),
            ("the target says which gap its words belong to", {"spans target": "a small bird old <eos>"}),
            ("the target holds only what was cut out", {"spans target": SENTENCE}),
            ("the target ends with <eos>", {"spans target": "<gap0> a small bird <gap1> old"}),
        ],
    ),
    Exercise(
        id="08.3",
        title="Count the labels",
        points=2,
        truth=lambda: {**LABELS, **RUNS},
        tolerance=1e-3,
        mistakes=[
            ("padding is no text: 15 % of 400, not of 512", {"masked": 76.8}),
            ("hidden, replaced and kept are all asked: 15 % of the text", {"masked": 48}),
            ("80 % of the chosen tokens, not of all", {"hidden": 320}),
            ("10 % of the chosen tokens, not of all", {"kept": 40}),
            ("a causal model is asked about every token of the text", {"causal": 60}),
            ("padding is no text: it is not asked about", {"causal": 512}),
            ("a low loss is no proof: A counts 400 labels, the tokens that it can see included", {"A": "right"}),
            ("A has 400 labels: the whole text; padding would make 172 or 512", {"A": "padding"}),
            ("C's 172 labels are the 60 and 112 more: the padding", {"C": "everything"}),
            ("C's loss is low, since 112 of its labels are always the same: 60 are right", {"C": "right"}),
            ("D leaves out 12 chosen tokens, those without a mask; 60 labels are right", {"D": "right"}),
            ("B counts the 60 chosen tokens, and its two losses fit: nothing is wrong", {"B": "only masks"}),
        ],
    ),
    Exercise(
        id="08.4",
        title="Probe another thing",
        points=3,
        truth=probe,
        cases=probe_cases,
        tolerance=1e-3,
        mistakes=[
            ("the constant is missing: add a column of ones to the states", lambda *case: probe(*case, constant=0.0)),
            (
                "the probe is judged on what it learnt from; judge it on the new states",
                lambda seen, y, new, new_y: {**probe(seen, y, new, new_y), "probe": probe(seen, y, seen, y)["probe"]},
            ),
            (
                "the probe has learnt from the new states: it would know the exam",
                lambda seen, y, new, new_y: {
                    **probe(seen, y, new, new_y),
                    "probe": probe(new, new_y, new, new_y)["probe"],
                },
            ),
            (
                "the control says the mean of the exam; it can only know that of the stories it has seen",
                lambda seen, y, new, new_y: {**probe(seen, y, new, new_y), "control": size(new_y - new_y.mean())},
            ),
            (
                "squares are averaged; asked for is the mean size of the error",
                lambda *case: probe(*case, mean=lambda e: e.square().mean()),
            ),
            (
                "the root of the mean square; asked for is the mean size of the error",
                lambda *case: probe(*case, mean=lambda e: e.square().mean().sqrt()),
            ),
            ("errors up and down cancel: take their size before the mean", lambda *case: probe(*case, mean=torch.mean)),
            (
                "errors up and down cancel: take their size before the mean",
                lambda *case: probe(*case, mean=lambda e: e.mean().abs()),
            ),
            (
                "probe and control are exchanged",
                lambda *case: dict(zip(("control", "probe"), probe(*case).values(), strict=True)),
            ),
        ],
    ),
    Exercise(
        id="08.5",
        title="A fairer budget",
        points=2,
        truth=lambda: CLAIMS,
        tolerance=1e-3,
        mistakes=[
            ("a: each run of Bert is above each run of Gpt: more cannot be asked of three seeds", {"a": False}),
            ("b: the runs overlap, so nobody has won", {"b": True}),
            ("c: the probe is linear and small; what it cannot read may still be there", {"c": True}),
            ("d: with the labels shuffled, a probe that only learns by heart would do as well", {"d": False}),
            ("e: a probe says what lies open in the states, not what the model does with it", {"e": True}),
            ("lead is strict: Bert's worst against Gpt's best, not mean against mean", {"lead": 10}),
            ("lead is strict: Bert's worst against Gpt's best, not best against best", {"lead": 11}),
            ("lead is strict: Bert's worst against Gpt's best, not best against worst", {"lead": 14}),
            ("Bert is asked about 15 % of what it reads: it needs more steps, not fewer", {"steps": 120}),
            (
                "Bert is asked about 15 % of what it reads, Gpt about all: equal steps are not equal labels",
                {"steps": 800},
            ),
            ("15 % of the labels in a step: divide by 0.15, do not add 15 %", {"steps": 920}),
            ("15 % of the labels in a step: divide by 0.15, not by 0.85", {"steps": 800 / 0.85}),
        ],
    ),
    Exercise(
        id="08.6",
        title="Which one for which job?",
        points=1,
        truth=lambda: JOBS,
        mistakes=[(REASONS[true], {job: other}) for job, true in JOBS.items() for other in REASONS if other != true],
    ),
]
