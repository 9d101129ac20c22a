"""25.2, One conversation: turned into a row of tokens, and what is read in the places of its pictures.

<bos> <user> <image> <image> ... What is it? <eos> <assistant> A cat. <eos>
"""

import torch

from course_lib.exercises.cases import dice, number, random_tensors, scattered
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit

ROLES = ("user", "assistant")


def conversation_cases(seed):
    """Two turns with two pictures, one of them behind its text; and a batch of texts with one, two and no pictures."""
    ids = iter(torch.randint(10, 17, (60,), generator=dice(seed)).tolist())

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


def marked(words, end):
    """Other marks of what is to be said."""
    return Edit(f"[is_answer] * len(ids) → [{words}] * len(ids)", f"scored.append(is_answer) → scored.append({end})")


def at(position):
    """Other positions n of the tokens."""
    return Edit(f"list(range(len(tokens))) → [{position} for n in range(len(tokens))]")


def taken(visual):
    """Other visual tokens."""
    return Edit(f"visual.flatten → {visual}.flatten")


CONVERSATION = Exercise(
    id="25.2",
    title="One conversation",
    points=3,
    truth=(write, put_in),
    cases=conversation_cases,
    run=converse,
    mistakes=[
        (
            "tokens: a picture stands where the message has it",
            Edit('in message["content"] → in sorted(message["content"], key=lambda part: part != "image")'),
        ),
        ("tokens: a message may have several parts", Edit('in message["content"] → in message["content"][:1]')),
        (
            "scored: the user's words are marked, not the assistant's",
            marked('not is_answer and part != "image"', "not is_answer"),
        ),
        ("scored: the user's words are marked, not the assistant's", marked("not is_answer", "not is_answer")),
        (
            "scored: each answer is marked, not only the last one",
            Edit("tokens.append(5 → scored = [False] * len(scored)\n        tokens.append(5"),
        ),
        (
            "positions: they go on through the whole conversation",
            at("n - max((m for m in range(n + 1) if tokens[m] == 4), default=0)"),
        ),
        (
            "rows: each patch has a vector of its own; yours are means",
            taken("visual.mean(1, keepdim=True).expand_as(visual)"),
        ),
        ("rows: yours takes the first patch of each picture for all", taken("visual[:, :1].expand_as(visual)")),
        (
            "rows: a text goes on where the one before ended, and does not begin with the first picture",
            Edit(
                "x[tokens == 9] = visual.flatten(0, 1) → for row, ids in zip(x, tokens, strict=True):\n"
                "        row[ids == 9] = visual.flatten(0, 1)[: (ids == 9).sum()]"
            ),
        ),
        ("tokens: a picture takes num_visual placeholders", Edit("[9] * num_visual → [9]")),
        ("tokens: <eos> ends each message", Edit("tokens.append(2) → pass", "scored.append(is_answer) → pass")),
        (
            "scored: visual tokens are marked; they are read, never said",
            marked('is_answer or part == "image"', "is_answer"),
        ),
        ("scored: the user's words are marked, too", marked('part != "image"', "True")),
        ("scored: the user's words are marked, too", marked('part != "image"', "is_answer")),
        ("scored: pictures and the user's words are marked, too", marked("True", "True")),
        ("scored: the user's <eos> is no part of an answer", marked("is_answer", "True")),
        ("scored: <assistant> is written by the program", Edit("scored.append(False) → scored.append(is_answer)")),
        ("scored: one place early: mark the token itself", Edit('"scored": scored → "scored": [*scored[1:], False]')),
        ("scored: the answer's <eos> is not marked: nobody would learn to stop", marked("is_answer", "False")),
        ("positions: visual tokens count like words", at("sum(id != 9 for id in tokens[:n])")),
        (
            "positions: a picture is more than one token",
            at("sum({a, b} != {9} for a, b in zip(tokens[:n], tokens[1 : n + 1], strict=True))"),
        ),
        ("positions: they are counted from 0", at("n + 1")),
        (
            "rows: visual tokens go to the places of the placeholders, not before the words",
            Edit(
                "return x → first = (tokens != 9).long().argsort(dim=1, stable=True)\n"
                "    return x.gather(1, first.unsqueeze(-1).expand_as(x))"
            ),
        ),
        (
            "rows: text by text; yours fills one column of all texts after the other",
            Edit("x = table[tokens] → tokens = tokens.T\n    x = table[tokens]", "return x → return x.transpose(0, 1)"),
        ),
        ("rows: the pictures are taken from the last to the first", taken("visual.flip(0)")),
        (
            "rows: the pictures of a text stand in the order in which they come",
            Edit(
                "x = table[tokens] → counts = ((tokens == 9).sum(dim=1) // visual.shape[1]).tolist()\n"
                "    visual = torch.cat([of_text.flip(0) for of_text in visual.split(counts)])\n"
                "    x = table[tokens]"
            ),
        ),
        ("rows: the patches of a picture are in reverse order", taken("visual.flip(1)")),
        ("rows: the patches of one picture stay together", taken("visual.transpose(0, 1)")),
        ("rows: each picture is the first one", taken("visual[:1].expand_as(visual)")),
        (
            "rows: a visual token takes the place of the embedding; yours are added",
            Edit("x[tokens == 9] = visual → x[tokens == 9] += visual"),
        ),
        ("rows: the placeholders are still there", Edit("x[tokens == 9] = visual.flatten(0, 1) → pass")),
    ],
)
