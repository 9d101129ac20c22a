"""The recipe of the aligned model that sees: it says so when what it is asked about isn't there (slide "RLHF")."""

import copy
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from course_lib.data import (
    Batches,
    ChatTemplate,
    Example,
    Preference,
    picture_conversation,
    preference_batches,
    with_reference,
)
from course_lib.data.picture_dialogues import DESCRIBE
from course_lib.errors import CourseError
from course_lib.evaluation import answer_turns, evaluate_chat, evaluate_premises, evaluate_vlm, look_at
from course_lib.models import Vlm
from course_lib.objectives import DirectPreference, pair_log_probabilities
from course_lib.shapes import Features
from course_lib.training import Plan
from course_lib.workshop.recipes.picture_dialogues import (
    Turns,
    instructions,
    questions_without_pictures,
    see,
    template_of,
)
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, load_bundle, plain
from course_lib.world.rng import Rng
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.captions import full_caption
from course_lib.world.scenes.dialogues import SceneTurn, make_turn
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.questions import false_premises, questions
from course_lib.world.scenes.scene import Scene
from course_lib.world.scenes.truth import named

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

EvaluationSet = tuple[list[Scene], Features, Turns, "datasets.Dataset"]

TRUE = 8  # pairs about each scene, or as many as there are, whose question is about what is there


@dataclass(frozen=True, kw_only=True)
class VlmAlignedRecipe(Recipe[list[Scene], EvaluationSet]):
    """Teaches the model that sees to answer false premises by DPO; see `preferences`.

    Only the little world knows what isn't there.

    Args:
        pictures: number of pictures of the training split that pairs are about.
        examined, sampled: numbers of pictures that are asked about, for the card and for each line of the log.
    """

    tokens_per_batch: int
    pictures: int
    examined: int
    sampled: int

    def load(self, source: Path | str, split: str) -> list[Scene]:
        """Make the scenes of the little world. Raises CourseError for another source."""
        if source != "world":
            raise CourseError(f'what is in the pictures of "{source}" is not known; this recipe needs the little world')
        return make_scenes(split, self.pictures if split == "train" else self.examined)

    def build(self, rows: list[Scene], start: Bundle) -> Bundle:
        """Return the model that sees, with a copy of it as it was."""
        start.model.train_only("connector", "text")
        return replace(start, reference=copy.deepcopy(start.model))

    def restore(self, folder: Path | str) -> Bundle:
        """Return the aligned model, and the one that it was made from."""
        return replace(load_bundle(folder), reference=load_bundle(*self.starts_from).model)

    def batches(self, rows: list[Scene], bundle: Bundle, seed: int) -> Batches:
        """Return batches of pairs of similar lengths, with the log-probabilities of the model as it was."""
        reference = bundle.reference
        features = look_at([render(scene) for scene in rows], bundle.model, bundle.processor)
        pairs = preferences(rows, features, reference, template_of(reference, bundle.tokenizer), seed)
        batches = preference_batches(pairs, self.tokens_per_batch, seed)
        device = next(reference.parameters()).device
        return with_reference(batches, lambda batch: pair_log_probabilities(reference, batch.to(device)))

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the scenes, the features of their pictures, texts about them, and questions without a picture."""
        rows = instructions(source, split).about_one_picture(self.examined)
        spoken = questions_without_pictures(source, split, self.examined, bundle)
        return (self.load(source, split), see(rows, bundle), rows.texts, spoken), 0

    def sample(self, evaluation_set: EvaluationSet) -> EvaluationSet:
        """Return the first pictures."""
        *columns, spoken = evaluation_set
        return (*(column[: self.sampled] for column in columns), spoken)

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the share of exact answers, by form and kind of question."""
        _, features, texts, _ = evaluation_set
        return plain(evaluate_vlm(bundle.model, template_of(bundle.model, bundle.tokenizer), features, texts))

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return how the model answers false premises, see `evaluate_premises`; the scores of the model before; texts.

        "text alone" is what is left of the chat model's answers to questions without a picture.
        """
        before = replace(bundle, model=bundle.reference)
        return {
            "false premises": premises(evaluation_set, bundle),
            "false premises before": premises(evaluation_set, before),
            "before": self.evaluate(evaluation_set, before),
            "text alone": plain(evaluate_chat(bundle.model, bundle.tokenizer, evaluation_set[-1])),
        }

    def watch(self, sample: EvaluationSet, bundle: Bundle) -> dict[str, float]:
        """Return how often the model goes along with false premises, and exact answers."""
        return {
            "goes along": premises(sample, bundle)["all"]["goes_along"],
            "exact": self.evaluate(sample, bundle)["all"]["exact"],
        }


VLM_ALIGNED = VlmAlignedRecipe(
    name="vlm-aligned",
    about="aligned vision-language model, by DPO",
    items="scenes",
    objective=DirectPreference(beta=0.3, anchor=1.0),
    plan=Plan(steps=1100, learning_rate=3e-4, average=0.98, evaluations=4),
    watched=("goes along", "exact"),
    starts_from=("vlm",),
    dtype=torch.bfloat16,
    tokens_per_batch=3000,
    pictures=2000,
    examined=300,
    sampled=50,
)


def premises(evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
    """Return how a model answers false premises about the pictures of the exam."""
    scenes, features, *_ = evaluation_set
    return plain(evaluate_premises(scenes, features, bundle.model, template_of(bundle.model, bundle.tokenizer)))


def preferences(
    scenes: Sequence[Scene],
    features: Features,
    model: Vlm,
    template: ChatTemplate,
    seed: int = 0,
    held_out_topics: Collection[str] = (),
) -> list[Preference]:
    """Pairs of answers about what isn't in the pictures, and about what is.

    Where something isn't there, to say so is preferred: to what the model itself says instead; or if that is right, to
    what is right for another picture, if there is one with this question. Of what is there, the true answer is
    preferred to a denial, and the right description to another picture's: or the model would learn to deny everything.

    Args:
        scenes, features: what is in the pictures, and what the tower makes of them.
        seed: of the wordings and forms, and of the questions about what is there, `TRUE` about each scene.
        held out: the topics of questions that no pair asks.
    """
    rng, on_other_data = Rng(seed), defaultdict(list)
    for scene in scenes:
        for asked in questions(scene):
            on_other_data[asked.text].append(asked)
    false = [
        (number, asked, make_turn(rng, asked))
        for number, scene in enumerate(scenes)
        for asked in false_premises(scene)
        if asked.topic not in held_out_topics
    ]
    said = answer_turns([(number, turn) for number, _, turn in false], features, model, template)
    pairs = []
    for (number, asked, turn), given in zip(false, said, strict=True):
        wrong = given.text
        if wrong == turn.assistant and on_other_data[asked.text]:
            wrong = rng.pick(on_other_data[asked.text]).turn(turn.form)["assistant"]
        if wrong.strip() and wrong != turn.assistant:
            pairs.append((number, turn, wrong))
    for number, scene in enumerate(scenes):
        for asked in rng.shuffled(asked for asked in questions(scene) if asked.topic not in held_out_topics)[:TRUE]:
            turn = make_turn(rng, asked)
            pairs.append((number, turn, denial(min(named(asked.text) or {scene.noun}), turn.form)))
        pairs.append((number, description(scene), full_caption(rng.pick(scenes))))
    return [
        Preference(*(example(features[number], turn.user, said, template) for said in (turn.assistant, rejected)))
        for number, turn, rejected in pairs
        if turn.assistant != rejected
    ]


def description(scene: Scene) -> SceneTurn:
    """The wish to have a scene described, and its full caption."""
    return SceneTurn(DESCRIBE, full_caption(scene), "description", "normal")


def denial(noun: str, form: str) -> str:
    """That there is no such thing, in a form."""
    return "None." if form == "word" else f"There is no {noun} in the picture."


def example(picture: torch.Tensor, asked: str, said: str, template: ChatTemplate) -> Example:
    """A question about a picture, as the tower sees it, and an answer as an `Example`."""
    texts = [{"user": asked, "assistant": said}]
    return template.training(picture_conversation({"images": [picture], "texts": texts}))
