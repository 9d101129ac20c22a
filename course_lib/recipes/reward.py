"""The recipe of the reward model: which of two answers do people prefer? (InstructGPT's second step)"""

from dataclasses import asdict

from course_lib.data import ChatTemplate, Preference, load_preferences, preference_batches
from course_lib.evaluation import evaluate_preferences
from course_lib.models import Scorer, load_model
from course_lib.objectives import BradleyTerry
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=800, learning_rate=7e-4, weight_decay=0.05, average=0.98)
TOKENS_PER_BATCH = 4000
START = "chat"


def train_reward(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a reward model on the pairs of `source` (see `load_preferences`), and write it to the folder `out`.

    It starts as the chat model with a new last layer. Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    rows, held_out = load_preferences(source, "train"), load_preferences(source, "validation")
    llm, tokenizer = load_model(START)
    seed_everything(seed)
    model = Scorer.from_llm(llm)
    template = ChatTemplate(tokenizer)
    pairs = [
        Preference(*(template.training(row[side], llm.config.max_length) for side in ("chosen", "rejected")))
        for row in rows
    ]
    trainer = Trainer(
        model,
        preference_batches(pairs, TOKENS_PER_BATCH, seed),
        BradleyTerry(),
        plan,
        evaluate=lambda model: {"accuracy": evaluate_preferences(model, tokenizer, held_out)["all"].accuracy},
        folder=out,
        description={"source": str(source), "pairs": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"reward model, {model.num_parameters():,} parameters, fine-tuned from {START}",
            "source": str(source),
            "training pairs": len(rows),
            "plan": plan.as_dict(),
            "validation": plain(evaluate_preferences(model, tokenizer, held_out)),
        }

    return produce(trainer, model, [tokenizer], out, describe)
