"""The exercises of lesson 26 that ask for code, each solved in three ways."""

import math
import re
from collections import Counter, defaultdict

import numpy as np
import torch
import torch.nn.functional as F

SHORT = "Answer the question using a single word or phrase."


def ask_by_cases(question, form):
    if form == "ambiguous":
        return "Q: " + question + " A:"
    return question if form == "normal" else "\n".join([question, SHORT])


def ask_with_templates(question, form):
    templates = {"normal": "%s", "ambiguous": "Q: %s A:", "word": "%s\n" + SHORT}
    return templates[form] % question


def ask_by_matching(question, form):
    match form:
        case "normal":
            return question
        case "ambiguous":
            return f"Q: {question} A:"
    return f"{question}\n{SHORT}"


def due_by_the_last_line(prompt, sentence, word):
    *_, last = prompt.split("\n")
    return word if last.startswith("Answer the question") else sentence


def due_by_searching(prompt, sentence, word):
    return (sentence, word)[SHORT in prompt]


def due_by_a_pattern(prompt, sentence, word):
    return word if re.search(r"\nAnswer .* phrase\.$", prompt) else sentence


def score_by_counting(rows):
    asked, right = Counter(), Counter()
    for row in rows:
        names = ["all", row["form"], row["kind"]]
        asked.update(names)
        right.update(names if row["said"] == row["word" if row["form"] == "word" else "sentence"] else [])
    return {name: right[name] / asked[name] * 100 for name in asked}


def score_in_numpy(rows):
    counts = np.array([r["said"] == (r["word"] if r["form"] == "word" else r["sentence"]) for r in rows])
    found = {"all": 100 * counts.mean()}
    for column in ("kind", "form"):
        values = np.array([r[column] for r in rows])
        found |= {str(value): 100 * counts[values == value].mean() for value in set(values)}
    return found


def score_group_by_group(rows):
    groups = defaultdict(list)
    for row in rows:
        expected = row["word"] if row["form"] == "word" else row["sentence"]
        for group in {"all", row["form"], row["kind"]}:
            groups[group].append(100.0 * (expected == row["said"]))
    return {name: torch.tensor(values).mean() for name, values in groups.items()}


def bias_by_counting(said, true):
    table = Counter(zip(said, true, strict=True))
    n, of_no = len(said), sum(t == "No." for t in true)
    yes = table["Yes.", "Yes."] + table["Yes.", "No."]
    right = table["Yes.", "Yes."] + table["No.", "No."]
    return {
        "right": 100 * right / n,
        "says yes": 100 * yes / n,
        "yes instead of no": 100 * table["Yes.", "No."] / of_no,
    }


def bias_in_numpy(said, true):
    said, true = np.array(said), np.array(true)
    shares = (said == true).mean(), (said == "Yes.").mean(), (said[true == "No."] == "Yes.").mean()
    return dict(zip(("right", "says yes", "yes instead of no"), 100 * np.array(shares), strict=True))


def bias_by_loops(said, true):
    right = yes = wrong_yes = no = 0
    for i in range(len(said)):
        right += said[i] == true[i]
        yes += said[i] == "Yes."
        no += true[i] == "No."
        wrong_yes += said[i] == "Yes." and true[i] == "No."
    return {
        "right": right / len(said) * 1e2,
        "says yes": yes / len(said) * 1e2,
        "yes instead of no": wrong_yes / no * 1e2,
    }


def prefer_by_loops(log_p, reference_log_p, is_answer, beta):
    losses = []
    for pair in range(len(log_p)):
        gains = [0.0, 0.0]
        for side in (0, 1):
            for t in range(log_p.shape[2]):
                if is_answer[pair, side, t]:
                    gains[side] += float(log_p[pair, side, t] - reference_log_p[pair, side, t])
        losses.append(math.log(1 + math.exp(-beta * (gains[0] - gains[1]))))
    return sum(losses) / len(losses)


def prefer_by_einsum(log_p, reference_log_p, is_answer, beta):
    signs = torch.tensor([1.0, -1.0]).double()
    margin = torch.einsum("bst,bst,s->b", (log_p - reference_log_p).double(), is_answer.double(), signs)
    return F.binary_cross_entropy_with_logits(beta * margin, torch.ones_like(margin))


def prefer_by_where(log_p, reference_log_p, is_answer, beta):
    policy, reference = (torch.where(is_answer, x, 0).sum(-1) for x in (log_p, reference_log_p))
    chosen, rejected = (beta * (policy - reference)).unbind(dim=1)
    return torch.log1p((rejected - chosen).exp()).mean()


def report_by_loops(runs):
    found = {"factor": 0.0, "cost": -100.0, "keep": True}
    for run in runs:
        factor, cost = run["rate after"] / run["rate before"], run["exact before"] - run["exact after"]
        found["factor"], found["cost"] = max(found["factor"], factor), max(found["cost"], cost)
        found["keep"] = found["keep"] and 2 * run["rate after"] <= run["rate before"] and cost <= 2
    return found


def report_in_numpy(runs):
    before, after, exact, then = np.array([list(run.values()) for run in runs]).T
    keep = (after <= before / 2).all() and (then >= exact - 2).all()
    return {"factor": (after / before).max(), "cost": (exact - then).max(), "keep": keep}


def report_by_sorting(runs):
    factors = sorted(run["rate after"] / run["rate before"] for run in runs)
    costs = sorted(run["exact before"] - run["exact after"] for run in runs)
    return {"factor": factors[-1], "cost": costs[-1], "keep": int(factors[-1] <= 0.5 and costs[-1] <= 2)}


def prompt_in_one_line(messages, P):
    def ids(part):
        return P * [9] if isinstance(part, str) else part

    said = [[4 + (m["role"] != "user"), *sum(map(ids, m["content"]), []), 2] for m in messages]
    return sum(said, [1]) + [5]


def prompt_in_torch(messages, P):
    pieces = [torch.tensor([1])]
    for message in messages:
        pieces.append(torch.tensor([4 if message["role"] == "user" else 5]))
        pieces += [torch.full((P,), 9) if part == "image" else torch.tensor(part) for part in message["content"]]
        pieces.append(torch.tensor([2]))
    return torch.cat([*pieces, torch.tensor([5])])


def prompt_token_by_token(messages, P):
    ids = [1]
    for message in messages:
        ids.append({"user": 4, "assistant": 5}[message["role"]])
        for part in message["content"]:
            ids.extend(9 for _ in range(P)) if part == "image" else ids.extend(part)
        ids.append(2)
    ids.append(5)
    return tuple(ids)


def reads_by_what_is_new(messages, P):
    """<bos> or the last <eos>, then <user>, the message, <eos>, <assistant>."""
    mine = [message["content"] for message in messages if message["role"] == "user"]
    return [1 + 1 + sum(P if part == "image" else len(part) for part in content) + 2 for content in mine]


def reads_with_a_cache(messages, P):
    cache, found = [], []
    for number, message in enumerate(messages):
        if message["role"] == "user":
            ids = prompt_in_one_line(messages[: number + 1], P)
            assert ids[: len(cache)] == cache
            found.append(len(ids) - len(cache))
            cache = ids
        else:
            cache = cache + message["content"][0]
    return found


def reads_by_differences(messages, P):
    lengths = np.array([len(prompt_in_one_line(messages[: n + 1], P)) for n in range(0, len(messages), 2)])
    answers = np.array([len(message["content"][0]) for message in messages[1::2]])
    return np.concatenate([lengths[:1], np.diff(lengths) - answers])


def rate_by_stripping(texts, there, nouns):
    wrong = 0
    for text in texts:
        words = [word.strip(".,!?").lower() for word in text.split()]
        wrong += any(word in nouns and nouns[word] not in there for word in words)
    return wrong / len(texts) * 100


def rate_by_a_pattern(texts, there, nouns):
    absent = "|".join(word for word, noun in nouns.items() if noun not in there)
    return np.mean([100.0 * bool(re.search(rf"\b({absent})\b", text, re.I)) for text in texts])


def rate_by_letters(texts, there, nouns):
    found = []
    for text in texts:
        plain = "".join(c if c.isalpha() else " " for c in text.casefold())
        found.append(not {nouns.get(word) for word in plain.split()} - {None} <= there)
    return 100 * torch.tensor(found).double().mean()
