"""Answers to the exercises of lesson 25."""

import copy
import hashlib
from collections import Counter, defaultdict

import numpy as np
import torch

SQUARES = [[1, 2, 0, 4], [0, 3, 1, 1], [2, 0, 3, 1], [5, 0, 0, 2]]
VISUAL = [[1, 10], [1, 5], [5, 2], [5, 4]]


def write_token_by_token(messages, num_visual):
    pairs = [(1, 0)]
    for message in messages:
        mine = int(message["role"] == "assistant")
        pairs += [(4 + mine, 0)]
        for part in message["content"]:
            pairs += [(9, 0)] * num_visual if part == "image" else [(id, mine) for id in part]
        pairs += [(2, mine)]
    tokens, scored = zip(*pairs, strict=True)
    return {"tokens": tokens, "scored": scored, "positions": torch.arange(len(tokens))}


def write_in_numpy(messages, num_visual):
    tokens, scored = [np.array([1])], [np.array([False])]
    for message in messages:
        parts = [np.full(num_visual, 9) if part == "image" else np.array(part) for part in message["content"]]
        ids = np.concatenate([[{"user": 4, "assistant": 5}[message["role"]]], *parts, [2]])
        tokens.append(ids)
        scored.append((np.arange(len(ids)) > 0) & (message["role"] == "assistant"))
    tokens = np.concatenate(tokens)
    return {"tokens": tokens, "scored": np.concatenate(scored), "positions": np.arange(len(tokens))}


def write_the_tokens_first(messages, num_visual):
    tokens = [1]
    for message in messages:
        tokens.append(4 if message["role"] == "user" else 5)
        for part in message["content"]:
            tokens.extend(num_visual * [9] if isinstance(part, str) else part)
        tokens.append(2)
    scored, speaking = [], False
    for id in tokens:
        scored.append(speaking)
        speaking = (speaking or id == 5) and id != 2
    return {"tokens": tokens, "scored": scored, "positions": [n for n, _ in enumerate(tokens)]}


def put_in_by_loops(tokens, table, visual):
    rows = iter(visual.reshape(-1, visual.shape[-1]))
    return [[(next(rows) if id == 9 else table[id]).tolist() for id in text] for text in tokens.tolist()]


def put_in_by_scatter(tokens, table, visual):
    is_visual = (tokens == 9).unsqueeze(-1)
    return table[tokens.masked_fill(is_visual[..., 0], 0)].masked_scatter(is_visual, visual.contiguous())


def put_in_by_counting(tokens, table, visual):
    everything = torch.cat([table, visual.flatten(0, 1)])
    number = (tokens == 9).flatten().cumsum(0).view(tokens.shape) - 1
    return everything[torch.where(tokens == 9, len(table) + number, tokens)].double()


def freeze_by_names(model, stage):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name.startswith("connector") or (stage == 2 and name.startswith("text"))
    return model


def freeze_all_first(model, stage):
    for parameter in model.parameters():
        parameter.requires_grad = False
    parts = [model.connector] if stage == 1 else [model.connector, model.text]
    for part in parts:
        for parameter in part.parameters():
            parameter.requires_grad = True
    return model


def freeze_part_by_part(model, stage):
    model.vision.requires_grad_(False)
    model.connector.requires_grad_(True)
    model.text.requires_grad_(stage > 1)
    return model


def moved_by_checksum(model, train):
    def checksums():
        return {name: hashlib.md5(x.numpy().tobytes()).hexdigest() for name, x in model.state_dict().items()}

    before = checksums()
    train(model)
    after = checksums()
    return [name for name in before if before[name] != after[name]]


def moved_beside_a_copy(model, train):
    other = copy.deepcopy(model)
    train(model)
    pairs = zip(other.state_dict().items(), model.state_dict().items(), strict=True)
    return {name for (name, old), (_, new) in pairs if (old != new).any()}


def moved_parameters(model, train):
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    train(model)
    return {name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])}


def moved_in_numpy(model, train):
    before = {name: np.array(tensor) for name, tensor in model.state_dict().items()}
    train(model)
    return {name for name, tensor in model.state_dict().items() if not np.array_equal(before[name], tensor.numpy())}


def guess_with_counters(train, test):
    heard = defaultdict(Counter)
    for question, answer in train:
        heard[question][answer] += 1
    right = [bool(heard[q]) and heard[q].most_common(1)[0][0] == a for q, a in test]
    return torch.tensor(right).float().mean() * 100


def guess_by_searching(train, test):
    right = 0
    for question, answer in test:
        answers = [a for q, a in train if q == question]
        right += bool(answers) and answer == max(sorted(set(answers)), key=answers.count)
    return right / len(test) * 100


def guess_by_sorting(train, test):
    counted = sorted(Counter(train).items(), key=lambda item: item[1])
    best = {question: answer for (question, answer), _ in counted}
    return np.mean([100.0 * (best.get(q, "") == a) for q, a in test])


def share_by_search(alone, both):
    for step, score in both:
        if not score < alone[-1][1]:
            return step / alone[-1][0] * 100
    return np.inf


def share_by_minimum(alone, both):
    return min([100 * step / alone[-1][0] for step, score in both if score >= alone[-1][1]] or [float("inf")])


def share_in_torch(alone, both):
    steps, scores = torch.tensor(both, dtype=torch.float64).T
    found = steps[scores >= alone[-1][1]]
    return 100 * found[0] / alone[-1][0] if len(found) else torch.tensor(torch.inf)


DEAR = {"25.2", "25.5"}  # in the slow tests
RIGHT = {
    "25.2": [
        (write_token_by_token, put_in_by_loops),
        (write_in_numpy, put_in_by_scatter),
        (write_the_tokens_first, put_in_by_counting),
    ],
    "25.5": [
        (freeze_by_names, moved_by_checksum),
        (freeze_all_first, moved_beside_a_copy),
        (freeze_part_by_part, moved_in_numpy),
    ],
    "25.6": [
        (guess_with_counters, share_by_search),
        (guess_by_searching, share_by_minimum),
        (guess_by_sorting, share_in_torch),
    ],
}


def write_with_labels_everywhere(messages, num_visual):
    row = write_token_by_token(messages, num_visual)
    return {**row, "scored": [id not in (1, 4, 5) for id in row["tokens"]]}


def write_positions_of_words(messages, num_visual):
    row = write_the_tokens_first(messages, num_visual)
    is_word = torch.tensor([id != 9 for id in row["tokens"]])
    return {**row, "positions": is_word.cumsum(0) - is_word.long()}


def put_in_text_by_text_reversed(tokens, table, visual):
    x, used = table[tokens], 0
    for row in range(len(tokens)):
        places = (tokens[row] == 9).nonzero().flatten()
        count = len(places) // visual.shape[1]
        x[row, places] = visual[used : used + count].flip(0).reshape(-1, visual.shape[2])
        used += count
    return x


def freeze_what_learns(model, stage):
    model.connector.requires_grad_(False)
    model.text.requires_grad_(stage != 2)
    return model


def moved_by_sum(model, train):
    before = {name: tensor.sum().item() for name, tensor in model.state_dict().items()}
    train(model)
    return {name for name, tensor in model.state_dict().items() if abs(tensor.sum().item() - before[name]) > 1e-4}


WRONG = {
    "25.1": [
        ({"squares": torch.tensor(SQUARES).T}, "neighbors are joined, not every second patch"),
        ({"visual": [pair[::-1] for pair in VISUAL]}, "the right numbers in another order"),
        ({"reads": [*VISUAL, [8, 0], [7, 7], [9, 0]]}, "the picture stands after <user>"),
        ({"no shuffle": 22}, "no shuffle: yours is 22, the true value is 19"),
    ],
    "25.2": [
        ((write_positions_of_words, put_in_by_loops), "visual tokens count like words"),
        ((write_with_labels_everywhere, put_in_by_loops), "scored: pictures and the user's words are marked, too"),
        ((write_token_by_token, put_in_text_by_text_reversed), "the pictures of a text stand in the order in which"),
        (
            (write_token_by_token, lambda tokens, table, visual: torch.cat([visual[0], table])),
            "rows: yours has the shape",
        ),
    ],
    "25.3": [
        ({"B": "second picture", "A": "vision_feature_layer"}, "A is right until the second picture begins"),
        ({"model.embed": (2, 226, 2048)}, "model.embed: at [0]: yours is 2, the true value is 1"),
    ],
    "25.4": [
        ({"D": "linear", "B": "mlp"}, "B has the fewest parameters"),
        ({"most": 28}, "the 300 other tokens take their places first"),
    ],
    "25.5": [
        ((freeze_what_learns, moved_in_numpy), "stage 1"),
        ((freeze_by_names, moved_by_sum), "moved: yours is {"),
        ((freeze_by_names, moved_parameters), "the state dict has buffers, too"),
        ((lambda model, stage: model, moved_in_numpy), "what may change is still the same in each stage"),
    ],
    "25.6": [
        ((guess_by_sorting, lambda alone, both: share_by_minimum(both, alone)), "the two curves are exchanged"),
        (
            (guess_by_sorting, lambda *runs: share_by_search(*runs) if share_by_search(*runs) < 1e9 else None),
            "share (never reached) is still missing (it is None)",
        ),
        ((lambda train, test: 100 * len(set(test) & set(train)) / len(test), share_by_search), "guess: yours is"),
    ],
}

ALWAYS = {  # parts that are the same for all right answers
    "25.5": {"stage 1", "stage 2", "stage 1 again"},
    "25.6": {"share (never reached)"},
}
ANY = {"25.5": {"model"}}  # an argument that may be the same in all cases
ENDS = {"25.6": {"alone"}}  # a list of which only the end counts, whatever comes before it
