"""The recipe of the aligned model: the chat model learns what the reward model likes (InstructGPT's third step)."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.data import ChatTemplate, Tokenizer, distinct_prompts, fitting, load_dialogues, load_preferences
from course_lib.data.preferences import prompt_ids
from course_lib.evaluation import evaluate_chat, reward_and_kl
from course_lib.generation import LearntReward, Rollouts, by_rule
from course_lib.models import Llm, Scorer, load_model
from course_lib.objectives import GroupAdvantages, GroupRelativePolicy
from course_lib.recipes.chat import answerable
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets

AlignedKit = tuple[Llm, Tokenizer, Llm, Scorer]  # the one that learns, the chat model as it was, the judge


@dataclass(frozen=True, kw_only=True)
class AlignedRecipe(Recipe):
    """Aligns the chat model by GRPO on the prompts of `load_preferences`; the reward model is the judge.

    Its kit has two models beside the one that learns: the chat model as it was, and the judge. `temperature` is that of
    the answers that are measured, as readers get them.
    """

    group_size: int
    prompts_per_batch: int
    max_new_tokens: int
    kl_weight: float
    temperature: float

    @property
    def objective(self) -> GroupRelativePolicy:
        """GRPO."""
        return GroupRelativePolicy(kl_weight=self.kl_weight)

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The pairs, of which only the prompts are read."""
        return load_preferences(source, split)

    def build(
        self, rows: "datasets.Dataset", start: tuple[Llm, Tokenizer], judge: tuple[Scorer, Tokenizer]
    ) -> AlignedKit:
        """The chat model, its tokenizer, the chat model as it was, and the judge."""
        model, tokenizer = start
        return model, tokenizer, copy.deepcopy(model), judge[0]

    def restore(self, folder: Path | str) -> AlignedKit:
        """The aligned model, with those that it was made with."""
        start, judge = (load_model(name)[0] for name in self.starts_from)
        return *load_model(folder), start, judge

    def product(self, model: Llm, tokenizer: Tokenizer, *_: Any) -> tuple[Llm, Tokenizer]:
        """The aligned model alone."""
        return model, tokenizer

    def fitting(
        self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer, *_: Any
    ) -> tuple["datasets.Dataset", int]:
        """The pairs whose prompt leaves room for an answer."""
        lengths = [len(prompt_ids(row, ChatTemplate(tokenizer))) for row in rows]
        return fitting(rows, lengths, model.config.max_length - self.max_new_tokens)

    def batches(
        self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer, reference: Llm, judge: Scorer, *, seed: int
    ) -> Rollouts:
        """Answers of the model to the prompts, drawn when they are asked for."""
        template = ChatTemplate(tokenizer)
        return Rollouts(
            distinct_prompts(rows, template),
            model,
            reference,
            LearntReward(judge),
            GroupAdvantages(self.group_size),
            end_id=template.end_id,
            max_new_tokens=self.max_new_tokens,
            prompts_per_batch=self.prompts_per_batch,
            group_size=self.group_size,
            seed=seed,
        )

    def facts(self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer, *_: Any) -> dict[str, int]:
        """How many different prompts are answered."""
        return {"training prompts": len(distinct_prompts(rows, ChatTemplate(tokenizer)))}

    def exam(
        self, source: Path | str, split: str, model: Llm, tokenizer: Tokenizer, reference: Llm, judge: Scorer
    ) -> tuple[dict[str, Any], int]:
        """The prompts, the rewards for answers to them, and in the little world questions with one right answer."""
        rows, left_out = super().exam(source, split, model, tokenizer, reference, judge)
        template = ChatTemplate(tokenizer)
        exam = {"prompts": distinct_prompts(rows, template), "rewards": {"learnt reward": LearntReward(judge)}}
        if source == "world":
            exam["rewards"]["true reward"] = by_rule(template.decode)
            exam["questions"] = answerable(load_dialogues(source, split))
        return exam, left_out

    def evaluate(self, exam: dict[str, Any], model: Llm, tokenizer: Tokenizer, reference: Llm, judge: Scorer) -> Scores:
        """The mean rewards of its answers, and the KL per token from the chat model."""
        return {"all": self.judged(exam, model, tokenizer, reference)}

    def further(
        self, exam: dict[str, Any], model: Llm, tokenizer: Tokenizer, reference: Llm, judge: Scorer
    ) -> dict[str, Scores]:
        """What the chat model gets; and in the little world the share of exact answers, which no judge rewards."""
        scores = {"before": {"all": self.judged(exam, reference, tokenizer, reference)}}
        if "questions" in exam:
            scores["exact answers"] = plain(evaluate_chat(model, tokenizer, exam["questions"]))
        return scores

    def judged(self, exam: dict[str, Any], policy: Llm, tokenizer: Tokenizer, reference: Llm) -> dict[str, float]:
        """What all rewards say of the answers of a policy, and its KL from the reference."""
        end, most = ChatTemplate(tokenizer).end_id, self.max_new_tokens
        measured = {
            name: reward_and_kl(policy, reference, exam["prompts"], reward, end, most, self.temperature)
            for name, reward in exam["rewards"].items()
        }
        return {name: m["reward"] for name, m in measured.items()} | {"kl per token": measured["learnt reward"]["kl"]}


ALIGNED = AlignedRecipe(
    name="aligned",
    about="aligned chat model, by GRPO",
    items="pairs",
    plan=Plan(steps=100, learning_rate=2e-4, warmup=0.05, evaluations=5),
    watched=("learnt reward", "true reward", "kl per token"),
    starts_from=("chat", "reward"),
    elsewhere={"watched": ("learnt reward", "kl per token")},
    group_size=8,
    prompts_per_batch=16,
    max_new_tokens=24,
    kl_weight=0.15,  # at 0.04, the policy soon pleases the judge and not the rule
    temperature=0.5,
)
