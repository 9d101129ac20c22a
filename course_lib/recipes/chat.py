"""The recipe of the chat model: the base model, fine-tuned on dialogues (slide "Supervised step")."""

import random
from dataclasses import asdict

from course_lib.data import ChatTemplate, conversation, load_dialogues, packed_batches
from course_lib.evaluation import evaluate_chat
from course_lib.models import load_model
from course_lib.objectives import TokenPrediction
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=4800, learning_rate=2e-3)
TOKENS_PER_BATCH = 2048
START = "base"


def train_chat(source="world", *, out, minutes=None, seed=0, report=print):
    """Fine-tune the base model on the dialogues of `source` (see `load_dialogues`), and write it to the folder `out`.

    Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, tokenizer = load_model(START)
    seed_everything(seed)
    template, room = ChatTemplate(tokenizer), model.config.max_length
    rows, held_out = (fitting(load_dialogues(source, split), template, room) for split in ("train", "validation"))
    held_out = answerable(held_out)
    conversations = [conversation(row) for row in rows]
    examples = [template.training(messages, room) for messages in conversations + chains(conversations, seed)]
    sample = held_out.shuffle(seed=0).select(range(min(200, len(held_out))))
    trainer = Trainer(
        model,
        packed_batches(examples, room, TOKENS_PER_BATCH, seed),
        TokenPrediction(),
        plan,
        evaluate=lambda model: {"exact": evaluate_chat(model, tokenizer, sample)["all"].exact},
        folder=out,
        description={"source": str(source), "dialogues": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"chat model, {model.num_parameters():,} parameters, fine-tuned from {START}",
            "source": str(source),
            "training dialogues": len(rows),
            "plan": plan.as_dict(),
            "validation": plain(evaluate_chat(model, tokenizer, held_out)),
        }

    return produce(trainer, model, [tokenizer], out, describe)


def fitting(rows, template, room):
    """Those of `rows` whose questions leave place for an answer in a context of `room` tokens."""
    lengths = [len(template.prompt(conversation(row)[:-1])) for row in rows]
    return rows.select([i for i, length in enumerate(lengths) if length < room])


def answerable(rows):
    """Those of `rows` that have one right answer; requests may be met in many ways, well and badly."""
    return rows.select([i for i, category in enumerate(rows["category"]) if category != "request"])


def chains(conversations, seed, most=4):
    """All conversations once more, in random order, 2 to `most` joined to one: people go on talking.

    So a model learns that a new question may have nothing to do with the last one.
    """
    dice = random.Random(seed)
    shuffled = dice.sample(conversations, len(conversations))
    joined = []
    while shuffled:
        count = dice.randint(2, most)
        joined.append([message for messages in shuffled[:count] for message in messages])
        shuffled = shuffled[count:]
    return joined
