"""Answers to the exercises of lesson 26."""

import re

import torch
import torch.nn.functional as F

from tests.workshop.exercises.solutions_26 import (
    ask_by_cases,
    ask_by_matching,
    ask_with_templates,
    bias_by_counting,
    bias_by_loops,
    bias_in_numpy,
    due_by_a_pattern,
    due_by_searching,
    due_by_the_last_line,
    prefer_by_einsum,
    prefer_by_loops,
    prefer_by_where,
    prompt_in_one_line,
    prompt_in_torch,
    prompt_token_by_token,
    rate_by_a_pattern,
    rate_by_letters,
    rate_by_stripping,
    reads_by_differences,
    reads_by_what_is_new,
    reads_with_a_cache,
    report_by_loops,
    report_by_sorting,
    report_in_numpy,
    score_by_counting,
    score_group_by_group,
    score_in_numpy,
)

RIGHT = {
    "26.1": [
        (ask_by_cases, due_by_the_last_line),
        (ask_with_templates, due_by_searching),
        (ask_by_matching, due_by_a_pattern),
    ],
    "26.2": [
        (score_by_counting, bias_by_counting),
        (score_in_numpy, bias_in_numpy),
        (score_group_by_group, bias_by_loops),
    ],
    "26.5": [
        (prefer_by_loops, report_by_loops),
        (prefer_by_einsum, report_in_numpy),
        (prefer_by_where, report_by_sorting),
    ],
    "26.6": [
        (prompt_in_one_line, reads_by_what_is_new, rate_by_stripping),
        (prompt_in_torch, reads_with_a_cache, rate_by_a_pattern),
        (prompt_token_by_token, reads_by_differences, rate_by_letters),
    ],
}


def due_by_the_length(prompt, sentence, word):
    return word if len(prompt) > 60 or prompt.startswith("Q:") else sentence


def score_by_content(rows):
    texts = [row["word" if row["form"] == "word" else "sentence"] for row in rows]
    return score_by_counting([{**r, "said": text if told(r) else ""} for r, text in zip(rows, texts, strict=True)])


def told(row):
    return row["word"].rstrip(".").lower() in row["said"].lower()


def bias_among_yes(said, true):
    found = bias_by_counting(said, true)
    wrong = sum(s == "Yes." and t == "No." for s, t in zip(said, true, strict=True))
    return {**found, "yes instead of no": 100 * wrong / said.count("Yes.")}


def prefer_by_means(log_p, reference_log_p, is_answer, beta):
    gains = ((log_p - reference_log_p) * is_answer).sum(-1) / is_answer.sum(-1)
    return -F.logsigmoid(beta * (gains[:, 0] - gains[:, 1])).mean()


def prefer_without_a_reference(log_p, reference_log_p, is_answer, beta):
    return prefer_by_loops(log_p, torch.zeros_like(reference_log_p), is_answer, beta)


def report_below_the_limits(runs):
    found = report_in_numpy(runs)
    return {**found, "keep": bool(found["factor"] < 0.5 and found["cost"] < 2)}


def rate_of_nouns(texts, there, nouns):
    found = [{nouns[word] for word in re.findall(r"\w+", text.lower()) if word in nouns} - there for text in texts]
    return 100 * sum(map(len, found)) / len(texts)


def reads_everything(messages, P):
    return [len(prompt_in_one_line(messages[: n + 1], P)) for n in range(0, len(messages), 2)]


def prompt_with_pictures_in_front(messages, P):
    ids = prompt_in_one_line(messages, P)
    return [1, *[9] * ids.count(9), *[id for id in ids[1:] if id != 9]]


WRONG = {
    "26.1": [
        (
            (lambda question, form: ask_by_cases(question, form) + " ", due_by_searching),
            "only capitals or blanks differ; a text must be the same to the letter",
        ),
        ((ask_by_cases, due_by_the_length), "was answered in sentences in training"),
        ((lambda question, form: f"{question} {form}", due_by_searching), "normal: yours is"),
        ((lambda question, form: f"Q: {question} A:", due_by_searching), "normal: the normal prompt is the question"),
    ],
    "26.2": [
        ((score_by_content, bias_in_numpy), "an answer in the wrong form is wrong"),
        ((score_in_numpy, bias_among_yes), "of the questions where no is right"),
        ((lambda rows: score_in_numpy(rows)["all"], bias_in_numpy), "float"),
    ],
    "26.3": [
        ({"rate": 44.44}, "a description counts once"),
        ({"per noun": 18}, "per noun: yours is 18, the true value is 20"),
    ],
    "26.4": [
        ({"row": 27}, "it reads where the next token is chosen"),
        ({"patch": 11}, "patch: yours is a single number"),
    ],
    "26.5": [
        ((prefer_by_means, report_in_numpy), "log p of an answer is a sum"),
        ((prefer_without_a_reference, report_in_numpy), "the reference is forgotten"),
        ((prefer_by_where, report_below_the_limits), "exactly half and exactly 2 points are good enough"),
        ((prefer_by_where, lambda runs: {**report_in_numpy(runs), "keep": True}), "keep: at ["),
    ],
    "26.6": [
        ((prompt_in_one_line, reads_everything, rate_by_letters), "what is in the cache is not read again"),
        (
            (prompt_with_pictures_in_front, reads_with_a_cache, rate_by_letters),
            "a picture stands in the message that shows it",
        ),
        (
            (prompt_in_torch, reads_by_differences, lambda texts, there, nouns: rate_by_stripping(texts, set(), nouns)),
            "rate: these are the texts that name anything",
        ),
        ((prompt_in_torch, reads_by_differences, rate_of_nouns), "a text counts once, however much it invents"),
    ],
}

ANY = {"26.1": {"prompts"}}  # an argument that may be the same in all cases
