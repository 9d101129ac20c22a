"""What do an encoder, a decoder and an encoder-decoder learn from the same stories, with the same budget?

Each is trained on its own exercise, then probed for the topic, scored on what comes next, and fine-tuned on questions.
Two arms ask what it is worth to read a story with its question in view: Gpt reads the question first, and T5's encoder
no longer sees it, since it comes in the decoder.
"""

import copy
from collections.abc import Callable
from functools import lru_cache

import torch

from course_lib.data import PAD, CorruptSpans, MaskTokens, TokenBatch, load_stories, predict_next, text_batches
from course_lib.data.collate import TranslationBatch
from course_lib.data.rows import pad
from course_lib.evaluation.architectures import Ids, Variant, question_layout, reply, second_half_loss, token_states
from course_lib.evaluation.probes import fit_probe
from course_lib.workshop.recipes.bert import GAPS, MASK, train_masking_tokenizer
from course_lib.workshop.recipes.variants import OBJECTIVES, RATES, new_variant
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.study import Numbers, Study

MOST = 14  # tokens of an answer
ASKED = ("what did", "who had", "where did", "where was")


@lru_cache(maxsize=1)
def world(count: int):
    """The stories to learn, those to judge by, the tokenizer, and the stories' tokens."""
    train, new = load_stories("world", "train"), load_stories("world", "validation")
    train, new = train.select(range(min(count, len(train)))), new.select(range(0, len(new), 4))
    tokenizer = train_masking_tokenizer(train["text"], 900)
    return train, new, tokenizer, tokenizer.encode_batch(train["text"])


@lru_cache(maxsize=3)
def pretrained(name: str, seed: int, steps: int, count: int) -> tuple[Variant, Numbers]:
    """A model after its own exercise; how well the topic can be read from it, and how well it goes on."""
    train, new, tokenizer, texts = world(count)
    mask, gap = tokenizer.special_id(MASK), tokenizer.special_id(GAPS[0])
    exercises = {
        "Bert": MaskTokens(mask, len(tokenizer)),
        "Gpt": predict_next,
        "T5": CorruptSpans([tokenizer.special_id(name) for name in GAPS]),
    }
    batches = text_batches(texts, exercises[name], 512, seed)
    model = fit(new_variant(name, len(tokenizer), seed), batches, OBJECTIVES[name], steps, RATES[name], seed)
    evaluation_set = tokenizer.encode_batch(new["text"][::5])
    losses = [second_half_loss(model, ids, gap if name == "T5" else mask) for ids in evaluation_set]
    nats = float(sum(loss.total for loss in losses)) / sum(loss.count for loss in losses)
    return model, topic_numbers(model, count) | {"nats": nats}


def topic_numbers(
    model: Variant, count: int, read: Callable[[Variant, list[Ids]], list[torch.Tensor]] = token_states
) -> Numbers:
    """At how many tokens of new stories, all or by place, a probe reads the topic off what `read` gives: percents."""
    train, new, tokenizer, texts = world(count)
    seen, evaluation_set = texts[-300:], tokenizer.encode_batch(new["text"])
    right = read_topic(train["topic"][-300:], read(model, seen), new["topic"], read(model, evaluation_set))
    return {
        "topic": percent(torch.cat(right)),
        "topic by place": [mean_at(right, start) for start in range(0, 60, 6)],
    }


def read_topic(
    topics: list[str], states: list[torch.Tensor], new_topics: list[str], new_states: list[torch.Tensor]
) -> list[torch.Tensor]:
    """Whether a probe that learns from the first texts reads the topic at each token of the new ones."""
    classes = sorted(set(topics) | set(new_topics))

    def rows(topics, states):
        numbers = torch.tensor([classes.index(topic) for topic in topics])
        return torch.cat(states), numbers.repeat_interleave(torch.tensor([len(text) for text in states]))

    right = fit_probe(*rows(topics, states)).is_right(*rows(new_topics, new_states))
    return list(right.split([len(text) for text in new_states]))


def mean_at(right: list[torch.Tensor], start: int, width: int = 6) -> float:
    """Percent right at these places of the texts."""
    return percent(torch.cat([story[start : start + width] for story in right]))


class Questions:
    """Batches of 8 questions, asked in one way; only the answers are labels."""

    def __init__(self, way: str, rows: list[tuple[Ids, Ids, Ids]], mask: int, seed: int):
        self.way, self.rows, self.mask, self.seed = way, rows, mask, seed

    def epoch(self, number: int) -> tuple[torch.Tensor, ...]:
        """The rows, shuffled."""
        random = torch.Generator().manual_seed(100 * self.seed + number)
        return torch.randperm(len(self.rows), generator=random).split(8)

    def batch(self, indices: torch.Tensor) -> TokenBatch | TranslationBatch:
        """What the model reads and is asked."""
        sources, tokens, labels = [], [], []
        for story, question, answer in (self.rows[i] for i in indices):
            source, prefix = question_layout(self.way, story, question)
            sources.append(source)
            if self.way == "Bert":
                tokens.append(prefix + MOST * [self.mask])
                labels.append(len(prefix) * [PAD] + answer + (MOST - len(answer)) * [PAD])
            else:
                tokens.append(prefix + answer[:-1])
                labels.append((len(prefix) - 1) * [PAD] + answer)
        if self.way.startswith("T5"):
            return TranslationBatch(source=pad(sources), target=pad(tokens), labels=pad(labels))
        return TokenBatch(tokens=pad(tokens), labels=pad(labels))


def question_rows(rows, tokenizer) -> list[tuple[Ids, Ids, Ids]]:
    """Story, question and answer as ids, each with <eos> at its end."""
    return list(zip(*(tokenizer.encode_batch(rows[name]) for name in ("text", "question", "answer")), strict=True))


def measure(seed: int = 0, way: str = "Gpt", steps: int = 800, tuned: int = 400, count: int = 20_000) -> Numbers:
    """Percents and nats of one architecture, after the same number of steps for all."""
    name = way.partition(",")[0]
    model, numbers = pretrained(name, seed, steps, count)
    train, new, tokenizer, _ = world(count)
    mask = tokenizer.special_id(MASK)
    questions = Questions(way, question_rows(train.select(range(min(5000, count))), tokenizer), mask, seed)
    model = fit(copy.deepcopy(model), questions, OBJECTIVES[name], tuned, 5e-3, seed)
    right = [reply(model, way, *asked, mask, MOST) == answer for *asked, answer in question_rows(new, tokenizer)]
    kinds = [" ".join(question.lower().split()[:2]) for question in new["question"]]
    by_kind = {kind: [ok for ok, own in zip(right, kinds, strict=True) if own == kind] for kind in ASKED}
    shares = {f"exact, {kind}": percent(oks) for kind, oks in by_kind.items()}
    return numbers | {"exact": percent(right)} | shares


STUDY = Study(
    measure=measure,
    arms={way: {"way": way} for way in ("Bert", "Gpt", "T5", "Gpt, question first", "T5, question in the decoder")},
    loaders=(load_stories,),
    toy={"steps": 2, "tuned": 2, "count": 400},
)
