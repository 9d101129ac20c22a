"""The recipe of the aligned model that sees: it says so when what it is asked about isn't there (slide "RLHF")."""

import copy
import random
from collections import defaultdict
from dataclasses import asdict
from functools import partial

import torch

from course_lib.data import (
    ChatTemplate,
    Preference,
    picture_conversation,
    preference_batches,
    questions_about,
    with_reference,
)
from course_lib.errors import CourseError
from course_lib.evaluation import answer, evaluate_vlm, look_at
from course_lib.models import load_model
from course_lib.objectives import DirectPreference, pair_log_probabilities
from course_lib.recipes.seeing import first_pictures, instructions, see
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import GRANTED
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.questions import FORMS, false_premises, questions
from course_lib.world.scenes.truth import named

PLAN = Plan(steps=150, learning_rate=1e-4, evaluations=5)
TOKENS_PER_BATCH, BETA, ANCHOR = 4000, 0.3, 1.0
PICTURES = 2000  # of the training split
MEASURED = 500  # pictures that were held out
TRUE = 4  # pairs about each scene, or as many as there are, whose question takes for granted what is there
START = "vlm"


def train_vlm_aligned(source="world", *, out, minutes=None, seed=0, report=print):
    """Teach the shipped model that sees to answer false premises by DPO, and write it to `out`. See `preferences`.

    Only the little world knows what isn't there. Arguments and result as in `train_translator`.

    Raises:
        CourseError: another source.
    """
    if source != "world":
        raise CourseError(f'what is in the pictures of "{source}" is not known; this recipe needs the little world')
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, tokenizer, processor = load_model(START)
    template = ChatTemplate(tokenizer, model.config.num_visual_tokens)
    reference = copy.deepcopy(model)
    scenes = make_scenes("train", PICTURES)
    features = look_at([render(scene) for scene in scenes], model, processor)
    pairs = preferences(scenes, features, model, template, seed)
    exam = first_pictures(instructions(source, "validation"), MEASURED)
    seen = see(exam, model, processor)
    watched = make_scenes("validation", MEASURED)

    def scores(model, count=MEASURED):
        return {
            "hallucination": hallucination_rate(watched[:count], seen[:count], model, template),
            "exact": evaluate_vlm(model, template, seen[:count], exam["texts"][:count])["all"].exact,
        }

    seed_everything(seed)
    model.train_only("connector", "text")
    batches = preference_batches(pairs, TOKENS_PER_BATCH, seed)
    trainer = Trainer(
        model,
        with_reference(batches, partial(pair_log_probabilities, reference)),
        DirectPreference(BETA, ANCHOR),
        plan,
        evaluate=partial(scores, count=100),
        folder=out,
        description={"source": source, "pairs": len(pairs), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"aligned vision-language model, {model.num_parameters():,} parameters, by DPO from {START}",
            "source": source,
            "training pairs": len(pairs),
            "plan": plan.as_dict(),
            "hallucination and exact answers": {START: scores(reference), "aligned": scores(model)},
            "validation": plain(evaluate_vlm(model, template, seen, exam["texts"])),
        }

    return produce(trainer, model, [tokenizer, processor], out, describe, torch.bfloat16)


def preferences(scenes, features, model, template, seed=0):
    """Pairs of answers to questions that take something for granted, about as many where it isn't there as where it is.

    Where it isn't, to say so is preferred: to what the model itself says instead; or if that is right, to what is right
    for another picture, if there is one with this question. Where it is, the true answer is preferred to saying that it
    isn't: else the model would learn to deny everything.

    Args:
        scenes, features: what is in the pictures, and what the tower makes of them.
        seed: of the forms in which they are asked, and of the questions with a true premise, `TRUE` about each scene.
    """
    dice, pairs, elsewhere = random.Random(seed), [], defaultdict(list)
    for _, asked in of_each(scenes, questions):
        elsewhere[asked.text].append(asked)
    false = [(number, asked, dice.choice(tuple(FORMS))) for number, asked in of_each(scenes, false_premises)]
    for (number, asked, form), said in zip(false, answers(false, features, model, template), strict=True):
        denial, wrong = asked.turn(form), said.text
        if wrong == denial["assistant"] and elsewhere[asked.text]:
            wrong = dice.choice(elsewhere[asked.text]).turn(form)["assistant"]
        if wrong not in ("", denial["assistant"]):
            pairs.append((number, denial, wrong))
    for number, scene in enumerate(scenes):
        true = [asked for asked in questions(scene) if asked.kind in GRANTED]
        for asked in dice.sample(true, min(TRUE, len(true))):
            form = dice.choice(tuple(FORMS))
            noun = "hat" if "hat" in asked.text.split() else min(named(asked.text))
            denial = "None." if form == "word" else f"There is no {noun} in the picture."
            pairs.append((number, asked.turn(form), denial))
    return [
        Preference(*(example(features[number], turn | said, template) for said in ({}, {"assistant": rejected})))
        for number, turn, rejected in pairs
    ]


def of_each(scenes, ask):
    """The number of each scene with each question that `ask` gives about it."""
    return [(number, question) for number, scene in enumerate(scenes) for question in ask(scene)]


def answers(asked, features, model, template):
    """The `Answer` of the model to triples of the number of a picture, a `Question` and a form."""
    texts = [question.turn(form)["user"] for _, question, form in asked]
    return answer(questions_about(features[[number for number, *_ in asked]], texts), model, template)


def example(picture, turn, template):
    """A turn about a picture, as the tower sees it, as an `Example`."""
    return template.training(picture_conversation({"images": [picture], "texts": [turn]}))


def hallucination_rate(scenes, features, model, template):
    """The share of false premises, asked in all forms, that the model goes along with, in percent.

    It does so if it doesn't say that what is asked about isn't there, in the expected words.
    """
    asked = [(number, question, form) for number, question in of_each(scenes, false_premises) for form in FORMS]
    said = answers(asked, features, model, template)
    wrong = [a.text != question.turn(form)["assistant"] for a, (_, question, form) in zip(said, asked, strict=True)]
    return 100 * sum(wrong) / len(wrong)
