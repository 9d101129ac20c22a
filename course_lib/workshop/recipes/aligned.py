"""The recipe of the aligned model: the chat model learns what the reward model likes (InstructGPT's third step)."""

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, TypedDict

from course_lib.data import ChatTemplate, distinct_prompts, fitting, load_dialogues, load_preferences
from course_lib.data.preferences import prompt_ids
from course_lib.evaluation import evaluate_chat, reward_and_kl
from course_lib.generation import LearnedReward, Rollouts, by_rule
from course_lib.generation.rewards import Reward
from course_lib.objectives import GroupAdvantages, GroupRelativePolicy
from course_lib.training import Plan
from course_lib.workshop.recipes.chat import answerable
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, load_bundle, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


class EvaluationSet(TypedDict):
    """Prompts, the rewards for answers to them, and in the little world questions with one right answer."""

    prompts: list[list[int]]
    rewards: dict[str, Reward]
    questions: NotRequired["datasets.Dataset"]


@dataclass(frozen=True, kw_only=True)
class AlignedRecipe(Recipe["datasets.Dataset", EvaluationSet]):
    """Aligns the chat model by GRPO on the prompts of pairs; the reward model is the judge.

    `temperature` is that of the answers that are measured, as readers get them.
    """

    group_size: int
    prompts_per_batch: int
    max_new_tokens: int
    temperature: float

    load = staticmethod(load_preferences)

    def build(self, rows: "datasets.Dataset", start: Bundle, judge: Bundle) -> Bundle:
        """Return the chat model, with a copy of it as it was and the judge."""
        return replace(start, reference=copy.deepcopy(start.model), judge=judge.model)

    def restore(self, folder: Path | str) -> Bundle:
        """Return the aligned model, with the models that it was made with."""
        start, judge = (load_bundle(name).model for name in self.starts_from)
        return replace(load_bundle(folder), reference=start, judge=judge)

    def fitting(self, rows: "datasets.Dataset", bundle: Bundle) -> tuple["datasets.Dataset", int]:
        """Return the pairs whose prompt leaves room for an answer."""
        template = ChatTemplate(bundle.tokenizer)
        lengths = [len(prompt_ids(row, template)) for row in rows]
        return fitting(rows, lengths, bundle.model.config.max_length - self.max_new_tokens)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Rollouts:
        """Return the model's answers to the prompts, which are sampled when they are needed."""
        template = ChatTemplate(bundle.tokenizer)
        return Rollouts(
            distinct_prompts(rows, template),
            bundle.model,
            bundle.reference,
            LearnedReward(bundle.judge),
            GroupAdvantages(self.group_size),
            end_id=template.end_id,
            max_new_tokens=self.max_new_tokens,
            prompts_per_batch=self.prompts_per_batch,
            group_size=self.group_size,
            seed=seed,
        )

    def facts(self, rows: "datasets.Dataset", bundle: Bundle) -> dict[str, int]:
        """Return the number of different prompts."""
        return {"training prompts": len(distinct_prompts(rows, ChatTemplate(bundle.tokenizer)))}

    def evaluation_set(self, source: Path | str, split: str, bundle: Bundle) -> tuple[EvaluationSet, int]:
        """Return the `EvaluationSet` of a split, and the number of pairs that are left out."""
        rows, left_out = super().evaluation_set(source, split, bundle)
        template = ChatTemplate(bundle.tokenizer)
        evaluation_set = EvaluationSet(
            prompts=distinct_prompts(rows, template), rewards={"learnt reward": LearnedReward(bundle.judge)}
        )
        if source == "world":
            evaluation_set["rewards"]["true reward"] = by_rule(template.decode)
            evaluation_set["questions"] = answerable(load_dialogues(source, split))
        return evaluation_set, left_out

    def evaluate(self, evaluation_set: EvaluationSet, bundle: Bundle) -> Scores:
        """Return the mean rewards of the model's answers, and the KL per token from the chat model."""
        end_id = ChatTemplate(bundle.tokenizer).end_id
        measured = {
            name: reward_and_kl(
                bundle.model,
                bundle.reference,
                evaluation_set["prompts"],
                reward,
                end_id,
                self.max_new_tokens,
                self.temperature,
            )
            for name, reward in evaluation_set["rewards"].items()
        }
        rewards = {name: scores["reward"] for name, scores in measured.items()}
        return {"all": rewards | {"kl per token": measured["learnt reward"]["kl"]}}

    def more_scores(self, evaluation_set: EvaluationSet, bundle: Bundle) -> dict[str, Scores]:
        """Return the chat model's scores, and in the little world the share of exact answers: no judge rewards it."""
        scores = {"before": self.evaluate(evaluation_set, replace(bundle, model=bundle.reference))}
        if "questions" in evaluation_set:
            scores["exact answers"] = plain(evaluate_chat(bundle.model, bundle.tokenizer, evaluation_set["questions"]))
        return scores


ALIGNED = AlignedRecipe(
    name="aligned",
    about="aligned chat model, by GRPO",
    items="pairs",
    objective=GroupRelativePolicy(kl_weight=0.15),  # at 0.04, the policy soon pleases the judge and not the rule
    plan=Plan(steps=100, learning_rate=2e-4, warmup=0.05, evaluations=5),
    watched=("learnt reward", "true reward", "kl per token"),
    starts_from=("chat", "reward"),
    on_other_data={"watched": ("learnt reward", "kl per token")},
    group_size=8,
    prompts_per_batch=16,
    max_new_tokens=24,
    temperature=0.5,
)
