"""The recipe of the aligned model that sees: it prefers to say what is there (slide "RLHF"; Sun et al. 2023)."""

import copy
from dataclasses import asdict
from functools import partial

from course_lib.data import VisualChatTemplate, VisualExample, VisualPreferenceBatches
from course_lib.data.visual_chat import visual_conversation
from course_lib.errors import CourseError
from course_lib.evaluation import answer_about, evaluate_vlm, look_at
from course_lib.generation import Sampler
from course_lib.models import load_model
from course_lib.objectives import DirectPreference, pair_log_probabilities
from course_lib.recipes.seeing import DESCRIBE, first_pictures, instructions, see
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer
from course_lib.world.scene_drawing import render
from course_lib.world.scene_truth import invented
from course_lib.world.scenes import make_scenes

PLAN = Plan(steps=150, learning_rate=3e-4, evaluations=5)
TOKENS_PER_BATCH, BETA = 4000, 0.1
PICTURES, DRAWS = 3000, 4  # of the training split, and how often each is described
MEASURED = 500  # pictures that were held out
START = "vlm"


def train_vlm_aligned(source="world", *, out, minutes=None, seed=0, report=print):
    """Teach the shipped model that sees to invent less, by DPO on its own descriptions, and write it to `out`.

    Of two descriptions of a picture, one that names only what is there is preferred to one that does not. Only the
    little world knows what is there. Arguments and result as in `train_translator`.

    Raises:
        CourseError: another source.
    """
    if source != "world":
        raise CourseError(f'what is in the pictures of "{source}" is not known; this recipe needs the little world')
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, tokenizer, processor = load_model(START)
    template = VisualChatTemplate(tokenizer, model.config.num_visual_tokens)
    reference = copy.deepcopy(model)
    scenes = make_scenes("train", PICTURES)
    features = look_at([render(scene) for scene in scenes], model, processor)
    pairs = preferences(scenes, features, model, template, seed)
    exam = first_pictures(instructions(source, "validation"), MEASURED)
    seen = see(exam, model, processor)
    watched = make_scenes("validation", MEASURED)

    def scores(model):
        return {
            "hallucination": hallucination_rate(watched, seen, model, template),
            "exact": evaluate_vlm(model, template, seen[:100], exam["texts"][:100])["all"].exact,
        }

    seed_everything(seed)
    model.train_only("connector", "text")
    batches = VisualPreferenceBatches(pairs, features, TOKENS_PER_BATCH, seed)
    trainer = Trainer(
        model,
        batches.with_reference(partial(pair_log_probabilities, reference)),
        DirectPreference(BETA),
        plan,
        evaluate=scores,
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
            "hallucination": {START: scores(reference), "aligned": scores(model)},
            "validation": plain(evaluate_vlm(model, template, seen, exam["texts"])),
        }

    return produce(trainer, model, [tokenizer, processor], out, describe)


def preferences(scenes, features, model, template, seed=0, draws=DRAWS):
    """Pairs of descriptions that the model itself gives of scenes: one that names only what is there, and one that not.

    Args:
        scenes, features: what is in the pictures, and what the tower makes of them.
        draws: how often each is described; of those that have both kinds, the first of each kind make a pair.
    """
    told = [
        [a.text for a in describe_scenes(features, model, template, Sampler(seed=seed * draws + draw))]
        for draw in range(draws)
    ]
    pairs = []
    for number, (scene, *texts) in enumerate(zip(scenes, *told, strict=True)):
        true = [text for text in texts if text and not invented(scene, text)]
        false = [text for text in texts if invented(scene, text)]
        if true and false:
            pairs.append(tuple(described(number, text, template) for text in (true[0], false[0])))
    return pairs


def describe_scenes(features, model, template, choose):
    """The `Answer` of the model, asked to describe each picture."""
    return answer_about(features, [DESCRIBE] * len(features), model, template, choose)


def described(number, text, template):
    """A description of picture `number` as a `VisualExample`."""
    row = {"images": [number], "texts": [{"user": DESCRIBE, "assistant": text}]}
    return VisualExample(*template.training(visual_conversation(row)), [number])


def hallucination_rate(scenes, features, model, template, seed=0):
    """The share of descriptions, drawn at temperature 1, that name something that isn't there, in percent."""
    answers = describe_scenes(features, model, template, Sampler(seed=seed))
    return 100 * sum(bool(invented(scene, a.text)) for scene, a in zip(scenes, answers, strict=True)) / len(scenes)
