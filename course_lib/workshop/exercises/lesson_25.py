"""Exercises of lesson 25: a vision-language model."""

import copy
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.workshop.exercises.cases import number, random_tensors, rng, scattered
from course_lib.workshop.exercises.exercise import Exercise


# 25.1 On paper: a pixel shuffle, a connector, and what is read
def paper():
    grid = torch.tensor([[1, 2, 0, 3], [0, 4, 1, 1], [2, 0, 5, 0], [3, 1, 0, 2]])
    squares = grid.reshape(2, 2, 2, 2).transpose(1, 2).reshape(4, 4)
    visual = squares @ torch.tensor([[1, 0], [0, 1], [1, 0], [0, 2]])
    words = torch.tensor([[8, 0], [7, 7], [9, 0]])
    reads = torch.cat([words[:1], visual, words[1:]])
    return {"squares": squares, "visual": visual, "reads": reads, "position of ?": 1 + 4 + 1, "no shuffle": 16 + 3}


# 25.2 One conversation
ROLES = ("user", "assistant")


def conversation_cases(seed):
    """Two turns with two pictures, one of them behind its text; and a batch of texts with one, two and no pictures."""
    ids = iter(torch.randint(10, 17, (60,), generator=rng(seed)).tolist())

    def text(length):
        return [next(ids) for _ in range(length)]

    turns = [text(2), "image"], [text(3)], [text(number(seed, 1, 3)), "image", text(2)], [text(2)]
    messages = [{"role": ROLES[i % 2], "content": parts} for i, parts in enumerate(turns)]
    cases = []
    for P, D in ((3, 4), (2, 5)):
        picture, padding = [9] * P, [0] * P
        rows = [*padding, *text(3), *picture], [*text(1), *picture, *text(2), *picture], [0, 0, *text(2 * P + 1)]
        table, visual = random_tensors(seed + P, (17, D), (3, P, D))
        cases.append((messages, P, torch.tensor(rows), table, scattered(visual)))
    return cases


def write(messages, num_visual):
    """A conversation -> {"tokens", "scored", "positions"}."""
    tokens, scored = [1], [False]
    for message in messages:
        is_answer = message["role"] == "assistant"
        tokens.append(5 if is_answer else 4)
        scored.append(False)
        for part in message["content"]:
            ids = [9] * num_visual if part == "image" else part
            tokens += ids
            scored += [is_answer] * len(ids)
        tokens.append(2)
        scored.append(is_answer)
    return {"tokens": tokens, "scored": scored, "positions": list(range(len(tokens)))}


def put_in(tokens, table, visual):
    """B T, V D, N P D -> what the language model reads, B T D."""
    x = table[tokens]
    x[tokens == 9] = visual.flatten(0, 1)
    return x


def converse(functions, messages, num_visual, tokens, table, visual):
    mine, exchange = functions
    return {**(mine(messages, num_visual) or {"tokens": None}), "rows": exchange(tokens, table, visual)}


# 25.3 A checkpoint of the hub
def loaded():
    patches = (224 // 16) ** 2
    shapes = {"visual tokens": patches, "model.encode_images": (2, patches, 768), "linear_1.weight": (2048, 768)}
    shapes |= {"model.embed": (1, 30 + 2 * patches, 2048), "layers that run": 11}
    named = {"vision_tower": "g", "multi_modal_projector": "W", "language_model": "f"}
    wrong = {"A": "second picture", "B": "vision_feature_layer", "C": "rms_norm_eps", "D": "rope_theta"}
    return shapes | named | wrong


# 25.4 Five connectors
def compared():
    return {
        "A": "pixel shuffle",
        "B": "linear",
        "C": "4 x 4",
        "D": "mlp",
        "E": "mean",
        "beaten": {"B", "E"},
        "seven pictures": "A",
        "most": (4096 - 300) // 144,
        "scores": ((300 + 576) / (300 + 144)) ** 2,
    }


# 25.5 Find the bug: what has moved?
class Trio(nn.Module):
    """Three parts, as in a vision-language model; one has a buffer beside its parameters."""

    def __init__(self, seed):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.vision, self.text = (nn.Sequential(nn.Linear(3, 5), nn.Linear(5, size)) for size in (2, 3))
            self.connector = nn.Linear(2, 3)
            self.vision.register_buffer("mean", torch.randn(3))


@dataclass(frozen=True)
class Training:
    """Moves three tensors: rows of one change places, one bit of another changes, and all signs of the third."""

    rows: str
    bit: str
    signs: str

    @torch.no_grad()
    def __call__(self, model):
        tensors = model.state_dict()
        tensors[self.rows].copy_(tensors[self.rows].flip(0))
        first = tensors[self.bit].flatten()[:1]
        first.copy_(first.nextafter(first + 1))
        tensors[self.signs].mul_(-1)


def moving_cases(seed):
    trainings = (
        Training("connector.weight", "text.1.weight", "vision.1.bias"),
        Training("text.0.weight", "vision.0.weight", "connector.bias"),
        Training("text.1.bias", "connector.weight", "vision.mean"),
    )
    return [(Trio(seed + i).requires_grad_(i == 1), training) for i, training in enumerate(trainings)]


def freeze(model, stage):
    """Let stage 1 or 2 change what it may change, and nothing else; the model."""
    trained = {1: ["connector"], 2: ["connector", "text"]}[stage]
    for name, part in model.named_children():
        part.requires_grad_(name in trained)
    return model


def moved(model, train):
    """The names of the tensors that `train(model)` changes."""
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    train(model)
    return {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}


def try_both(functions, model, train):
    """What may change in stage 1, in stage 2, and in stage 1 again, and what did."""
    mine, proof = functions
    result, other = {}, copy.deepcopy(model)
    for stage in ("stage 1", "stage 2", "stage 1 again"):
        given = mine(other, int(stage[6]))
        result[stage] = parts_that_may_change(given) if isinstance(given, nn.Module) else given
    return result | {"moved": proof(copy.deepcopy(model), train)}


def parts_that_may_change(model):
    return {name for name, part in model.named_children() if all(p.requires_grad for p in part.parameters())}


# 25.6 A score and a guess
def score_cases(seed):
    """Questions and answers in training and test, and the curves of two runs."""
    u = number(seed, 1, 3)
    often, seldom = ("a man", "a girl") if seed % 2 else ("a girl", "a man")
    heard = (("who", seldom, 4 + u), ("who", often, 6 + u), ("where", "park", 3), ("where", "farm", 1))
    heard += (("count", "two", 2), ("count", "one", 4))
    asked = (("who", often, 3), ("who", seldom, 4 + u), ("where", "park", 2), ("where", "beach", 1))
    asked += (("count", "two", 2), ("count", "one", 1), ("colour", "red", 6), ("colour", often, 1))
    train, test = ([pair[:2] for pair in pairs for _ in range(pair[2])] for pairs in (heard, asked))
    alone = [(0, 0.0), (30, 20.0), (90, 52.0 + u), (150, 61.0), (210, 56.0)]
    both = [(0, 3.0), (20, 31.0), (70, 56.0), (120, 60.0), (150, 64.0 + u)]
    return [
        (train, test, alone, both),
        (train[::-1], test[::-1], [*alone[:4], (250, 56.5)], [both[0], (10, 12.0), both[1], (70, 57.0), *both[3:]]),
    ]


def guess(train, test):
    """Percent right without looking."""
    counts = {}
    for question, answer in train:
        of_this = counts.setdefault(question, {})
        of_this[answer] = of_this.get(answer, 0) + 1
    best = {question: max(of_this, key=of_this.get) for question, of_this in counts.items()}
    return 100 * sum(best.get(question) == answer for question, answer in test) / len(test)


def share(alone, both):
    """Percent of the steps of `alone` that `both` needs."""
    last, level = alone[-1]
    for step, score in both:
        if score >= level:
            return 100 * step / last
    return float("inf")


def measure(functions, train, test, alone, both):
    mine, compare = functions
    return {
        "guess": mine(train, test),
        "share": compare(alone, both),
        "share (never reached)": compare(alone, both[:2]),
    }


EXERCISES = [
    Exercise(id="25.1", title="On paper", points=2, truth=paper),
    Exercise(
        id="25.2", title="One conversation", points=3, truth=(write, put_in), cases=conversation_cases, run=converse
    ),
    Exercise(id="25.3", title="A checkpoint of the hub", points=3, truth=loaded),
    Exercise(id="25.4", title="Five connectors", points=2, truth=compared, tolerance=5e-3),
    Exercise(
        id="25.5",
        title="Find the bug: what has moved?",
        points=3,
        truth=(freeze, moved),
        cases=moving_cases,
        run=try_both,
    ),
    Exercise(id="25.6", title="A score and a guess", points=2, truth=(guess, share), cases=score_cases, run=measure),
]
