"""Conversations about pictures as rows of tokens, and what is read in the places of pictures; and wrong ways of both.

<bos> <user> <image> <image> ... What is it? <eos> <assistant> A cat. <eos>
"""

import torch

from course_lib.exercises.cases import dice, number, random_tensors, scattered

BOS, EOS, USER, ASSISTANT, IMAGE = 1, 2, 4, 5, 9
ROLES = ("user", "assistant")


def write(messages, P, scored=("assistant",), end=True, seen=False, order=list, place=lambda ids, i: i):
    ids, said = [BOS], [False]
    for message in messages:
        answers = message["role"] in scored
        ids.append(USER if message["role"] == "user" else ASSISTANT)
        said.append(False)
        for part in order(message["content"]):
            ids += [IMAGE] * P if part == "image" else part
            said += [seen] * P if part == "image" else [answers] * len(part)
        ids.append(EOS)
        said.append(answers and end)
    return {"tokens": ids, "scored": said, "positions": [place(ids, i) for i in range(len(ids))]}


def words_before(ids, i):
    return sum(id != IMAGE for id in ids[:i])


def changes_before(ids, i):
    return sum(b != IMAGE or a != IMAGE for a, b in zip(ids[:i], ids[1 : i + 1], strict=True))


def pictures_first(parts):
    return sorted(parts, key=lambda part: part != "image")


def put_in(tokens, table, visual, order=lambda visual: visual, added=0):
    x = table[tokens]
    x[tokens == IMAGE] = order(visual).reshape(-1, table.shape[1]) + added * table[IMAGE]
    return x


def put_in_front(tokens, table, visual):
    first = (tokens != IMAGE).long().argsort(dim=1, stable=True)
    return put_in(tokens, table, visual).gather(1, first.unsqueeze(-1).expand(-1, -1, table.shape[1]))


def put_in_by_column(tokens, table, visual):
    return put_in(tokens.T, table, visual).transpose(0, 1)


def put_in_turned(tokens, table, visual):
    """Each text with its own pictures, the last one first."""
    counts = ((tokens == IMAGE).sum(dim=1) // visual.shape[1]).tolist()
    return put_in(tokens, table, visual, order=lambda visual: torch.cat([v.flip(0) for v in visual.split(counts)]))


def conversation_cases(seed):
    """Two turns with two pictures, one of them behind its text; and a batch of texts with one, two and no pictures."""
    ids = iter(torch.randint(10, 17, (60,), generator=dice(seed)).tolist())

    def text(length):
        return [next(ids) for _ in range(length)]

    turns = [text(2), "image"], [text(3)], [text(number(seed, 1, 3)), "image", text(2)], [text(2)]
    messages = [{"role": ROLES[i % 2], "content": parts} for i, parts in enumerate(turns)]
    cases = []
    for P, D in ((3, 4), (2, 5)):
        picture, padding = [IMAGE] * P, [0] * P
        rows = [*padding, *text(3), *picture], [*text(1), *picture, *text(2), *picture], [0, 0, *text(2 * P + 1)]
        table, visual = random_tensors(seed + P, (17, D), (3, P, D))
        cases.append((messages, P, torch.tensor(rows), table, scattered(visual)))
    return cases


def converse(functions, messages, num_visual, tokens, table, visual):
    mine, exchange = functions
    result = (mine(messages, num_visual) or {"tokens": None}) if mine else {}
    return result | ({"rows": exchange(tokens, table, visual)} if exchange else {})


def first_part(message):
    return message | {"content": message["content"][:1]}


def last_answer_only(messages, num_visual):
    row = write(messages, num_visual)
    last = max(place for place, token in enumerate(row["tokens"]) if token == ASSISTANT)
    return {"scored": [said and place > last for place, said in enumerate(row["scored"])]}


def since_the_user(ids, i):
    return i - max((place for place in range(i + 1) if ids[place] == USER), default=0)


def means(visual):
    return visual.mean(1, keepdim=True).expand_as(visual)


def put_in_anew(tokens, table, visual):
    return torch.stack(
        [put_in(row[None], table, visual[: (row == IMAGE).sum() // visual.shape[1]])[0] for row in tokens]
    )


def written(part, **changes):
    return lambda *case: {part: write(*case, **changes)[part]}, None


def rescored(change):
    """Other marks: of each token from its id, its right mark and that of the token behind it."""

    def answer(*case):
        row = write(*case)
        marks = zip(row["tokens"], row["scored"], [*row["scored"][1:], False], strict=True)
        return {"scored": [change(*of) for of in marks]}

    return answer, None


def exchanged(**changes):
    return None, lambda *case: put_in(*case, **changes)


CONVERSATION_MISTAKES = [
    ("tokens: a picture stands where the message has it", written("tokens", order=pictures_first)),
    (
        "tokens: a message may have several parts",
        (lambda messages, P: {"tokens": write([first_part(m) for m in messages], P)["tokens"]}, None),
    ),
    ("scored: the user's words are marked, not the assistant's", written("scored", scored=("user",))),
    ("scored: each answer is marked, not only the last one", (last_answer_only, None)),
    ("positions: they go on through the whole conversation", written("positions", place=since_the_user)),
    ("rows: each patch has a vector of its own; yours are means", exchanged(order=means)),
    ("rows: yours takes the first patch of each picture for all", exchanged(order=lambda v: v[:, :1].expand_as(v))),
    ("rows: a text goes on where the one before ended, and does not begin with the first picture", (None, put_in_anew)),
    ("tokens: a picture takes num_visual placeholders", (lambda m, P: {"tokens": write(m, 1)["tokens"]}, None)),
    (
        "tokens: <eos> ends each message",
        (lambda *case: {"tokens": [i for i in write(*case)["tokens"] if i != EOS]}, None),
    ),
    ("scored: visual tokens are marked; they are read, never said", written("scored", seen=True)),
    ("scored: the user's words are marked, too", written("scored", scored=ROLES)),
    ("scored: pictures and the user's words are marked, too", written("scored", scored=ROLES, seen=True)),
    ("scored: the user's <eos> is no part of an answer", rescored(lambda id, said, later: said or id == EOS)),
    (
        "scored: <assistant> is written by the program",
        rescored(lambda id, said, later: said or id == ASSISTANT),
    ),
    ("scored: one place early: mark the token itself", rescored(lambda id, said, later: later)),
    ("scored: the answer's <eos> is not marked: nobody would learn to stop", written("scored", end=False)),
    ("positions: visual tokens count like words", written("positions", place=words_before)),
    ("positions: a picture is more than one token", written("positions", place=changes_before)),
    ("rows: visual tokens go to the places of the placeholders, not before the words", (None, put_in_front)),
    ("rows: text by text; yours fills one column of all texts after the other", (None, put_in_by_column)),
    ("rows: the pictures are taken from the last to the first", exchanged(order=lambda v: v.flip(0))),
    ("rows: the pictures of a text stand in the order in which they come", (None, put_in_turned)),
    ("rows: the patches of a picture are in reverse order", exchanged(order=lambda v: v.flip(1))),
    ("rows: the patches of one picture stay together", exchanged(order=lambda v: v.transpose(0, 1))),
    ("rows: each picture is the first one", exchanged(order=lambda v: v[:1].expand_as(v))),
    ("rows: a visual token takes the place of the embedding; yours are added", exchanged(added=1)),
    ("rows: the placeholders are still there", exchanged(order=torch.zeros_like, added=1)),
]
