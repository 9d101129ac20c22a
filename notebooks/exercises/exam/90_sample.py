"""A sample of an exam. Copy it to a place of your own, change the secret and the questions, and keep it to yourself."""

import math
import random

import torch

from course_lib.workshop.exercises import Exercise
from course_lib.workshop.exercises.cases import number
from course_lib.workshop.exercises.units import of_bytes
from course_lib.workshop.grading.exam import Exam, Question


def attention_on_paper(seed):
    """Scores and weights of a query with three keys of width 4."""
    rng = random.Random(seed)
    query = [rng.choice((-1, 1)) for _ in range(4)]
    keys = []
    while len({sum(map(math.prod, zip(query, key, strict=True))) for key in keys}) < 3:  # three scores that differ
        keys = [[rng.choice((-1, 0, 1)) for _ in range(4)] for _ in range(3)]

    def paper(scale=2.0, shares=lambda scores: scores.softmax(dim=0)):
        scores = torch.tensor(keys) @ torch.tensor(query) / scale
        return {"scores": scores.tolist(), "weights": shares(scores).tolist()}

    exercise = Exercise(
        id="90.1",
        title="Attention on paper",
        points=2,
        truth=paper,
        tolerance=5e-3,
        mistakes=[
            ("the scores are not divided by √E = 2", paper(scale=1.0)),
            ("the scores are divided by E = 4, not by its root", paper(scale=4.0)),
            ("each e to the power of a score must be divided by their sum", paper(shares=torch.exp)),
        ],
    )
    text = f"""One head of width E = 4. The query is {query}, the keys are {keys[0]}, {keys[1]} and {keys[2]}.
Compute the three `scores` and the three `weights`, to three decimals. There is no mask."""
    answer = f"""answer = {{"scores": None, "weights": None}}
### BEGIN SOLUTION
answer = {paper()}
### END SOLUTION"""
    return Question(exercise=exercise, text=text, answer=answer)


def bytes_of_a_cache(seed):
    """The memory of a cache, in MiB."""
    rng = random.Random(seed + 1)
    layers, heads, shared, tokens = rng.choice((24, 28, 36)), 32, rng.choice((2, 4, 8)), 1024 * rng.randint(3, 9)

    def size(both=2, heads=shared, bytes=2):
        return both * layers * heads * 128 * bytes * tokens / 2**20

    exercise = Exercise(
        id="90.2",
        title="The memory of a cache",
        points=1,
        truth=size,
        mistakes=[
            ("keys and values: twice as much", size(both=1)),
            ("key-value heads count, not query heads", size(heads=heads)),
            ("a number takes 2 bytes", size(bytes=1)),
            *of_bytes(size()),
        ],
    )
    text = f"""A decoder has {layers} layers, {heads} query heads and {shared} key-value heads, 128 wide. How many MiB
(2²⁰ bytes) does the cache of one text of {tokens:,} tokens take, with 2 bytes for each number?"""
    answer = f"answer = None\n### BEGIN SOLUTION\nanswer = {size()}\n### END SOLUTION"
    return Question(exercise=exercise, text=text, answer=answer)


def mask_in_blocks(seed):
    """A function: all students have the same question, and the check draws its cases."""

    def mask(length, size):
        block = torch.arange(length) // size
        return block[:, None] >= block

    exercise = Exercise(
        id="90.3",
        title="A mask in blocks",
        points=3,
        truth=mask,
        cases=lambda seed: [(number(seed, 5, 11), 3), (7, number(seed, 1, 4)), (2, 5)],
        axes="query key",
        mistakes=[
            ("the mask is causal in the block, too: there all may see all", lambda n, b: mask(n, 1)),
            ("rows are queries, columns are keys: the mask is transposed", lambda n, b: mask(n, b).T),
            ("earlier blocks may be seen, too", lambda n, b: mask(n, b) & mask(n, b).T),
        ],
    )
    text = """A text of `length` tokens is written in blocks of `size` tokens (the last one may be shorter). A token
may attend to all tokens of its own block and of all earlier blocks. Write the mask: bool, `length` × `length`, rows are
queries, `True` = may attend."""
    answer = '''def mask(length, size):
    """Two whole numbers -> bool, length length."""
    ### BEGIN SOLUTION
    block = torch.arange(length) // size
    return block[:, None] >= block
    ### END SOLUTION'''
    return Question(exercise=exercise, text=text, answer=answer, given="mask")


def shape_of_logits(seed):
    """Shapes at two stations."""
    B, S, T, H, V = random.Random(seed + 2).sample((3, 5, 7, 11, 13, 17, 19), 5)
    shapes = {"cross weights": (B, H, T, S), "logits": (B, T, 100 * V)}
    exercise = Exercise(
        id="90.4",
        title="Shapes",
        points=1,
        truth=lambda: shapes,
        mistakes=[
            ("the target asks and the source is asked: T S, not S T", {"cross weights": (B, H, S, T)}),
            ("each head has weights of its own", {"cross weights": (B, T, S)}),
            ("there is a logit for each word of the vocabulary", {"logits": (B, T)}),
        ],
    )
    text = f"""A translator reads a batch of {B} sentences of {S} tokens, and {T} tokens of each translation. It has
{H} heads and a vocabulary of {100 * V:,} words. Which shapes have the `cross weights` of one layer, and the `logits`?
Write tuples."""
    answer = f"""answer = {{"cross weights": None, "logits": None}}
### BEGIN SOLUTION
answer = {shapes}
### END SOLUTION"""
    return Question(exercise=exercise, text=text, answer=answer)


EXAM = Exam(
    name="90_sample",
    title="A sample of an exam",
    secret="",  # a text of your own that nobody guesses
    questions=[attention_on_paper, bytes_of_a_cache, mask_in_blocks, shape_of_logits],
)
