"""The recipe of the aligned model: the chat model learns what the reward model likes (InstructGPT's third step)."""

import copy
from dataclasses import asdict

from course_lib.data import ChatTemplate, load_preferences
from course_lib.evaluation import reward_and_kl
from course_lib.generation import LearntReward, Rollouts, TextReward
from course_lib.models import load_model
from course_lib.objectives import GroupAdvantages, GroupRelativePolicy
from course_lib.recipes.workshop import planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer
from course_lib.world.dialogues import true_reward

PLAN = Plan(steps=100, learning_rate=2e-4, warmup=0.05, evaluations=5)
GROUP_SIZE, PROMPTS_PER_BATCH = 8, 16
MAX_NEW_TOKENS = 24
KL_WEIGHT = 0.15  # at 0.04, the policy soon pleases the judge and not the rule
TEMPERATURE = 0.5  # of the answers that are measured, as readers get them
START, JUDGE = "chat", "reward"


def train_aligned(source="world", *, out, minutes=None, seed=0, report=print):
    """Align the chat model by GRPO on the prompts of `source` (see `load_preferences`), and write it to `out`.

    The reward model is the judge. In the little world the true reward is known, too; the card has both, and the KL
    from the chat model. Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    model, tokenizer = load_model(START)
    judge, reference, template = load_model(JUDGE)[0], copy.deepcopy(model), ChatTemplate(tokenizer)
    prompts, held_out = (
        distinct_prompts(load_preferences(source, split), template) for split in ("train", "validation")
    )
    judges = {"learnt": LearntReward(judge)}
    if source == "world":
        judges["true"] = TextReward(template.decode, lambda prompt, answer: true_reward(prompt, answer).reward)

    def scores(policy):
        measured = {
            name: reward_and_kl(policy, reference, held_out, reward, template.end_id, MAX_NEW_TOKENS, TEMPERATURE)
            for name, reward in judges.items()
        }
        return {f"{name} reward": m["reward"] for name, m in measured.items()} | {
            "kl per token": measured["learnt"]["kl"]
        }

    seed_everything(seed)
    trainer = Trainer(
        model,
        Rollouts(
            prompts,
            model,
            reference,
            judges["learnt"],
            GroupAdvantages(GROUP_SIZE),
            end_id=template.end_id,
            max_new_tokens=MAX_NEW_TOKENS,
            prompts_per_batch=PROMPTS_PER_BATCH,
            group_size=GROUP_SIZE,
            seed=seed,
        ),
        GroupRelativePolicy(kl_weight=KL_WEIGHT),
        plan,
        evaluate=scores,
        folder=out,
        description={"source": str(source), "prompts": len(prompts), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"aligned chat model, {model.num_parameters():,} parameters, by GRPO from {START}",
            "source": str(source),
            "training prompts": len(prompts),
            "plan": plan.as_dict(),
            "validation": {START: scores(reference), "aligned": scores(model)},
        }

    return produce(trainer, model, [tokenizer], out, describe)


def distinct_prompts(rows, template):
    """The token ids of each prompt of `rows`, once."""
    return [list(ids) for ids in dict.fromkeys(tuple(template.prompt(row["chosen"][:-1])) for row in rows)]
