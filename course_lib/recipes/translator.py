"""The recipe of the translator: data, model, plan and evaluation in one place."""

from dataclasses import asdict, dataclass, field, replace

from course_lib.data import (
    fitting_translations,
    load_translations,
    train_translation_tokenizer,
    translation_batches,
    translation_pairs,
)
from course_lib.evaluation import evaluate_translator
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer


@dataclass(frozen=True, kw_only=True)
class TranslatorRecipe:
    """All choices of a translator's training: `sizes` go to `TranslatorConfig`, `plan` to the `Trainer`."""

    plan: Plan
    vocab_size: int
    tokens_per_batch: int
    label_smoothing: float = 0.1
    sizes: dict = field(default_factory=dict)

    def batches(self, rows, tokenizer, max_length):
        """The training batches of `rows`."""
        rows, _ = fitting_translations(rows, tokenizer, max_length)
        return translation_batches(translation_pairs(rows, tokenizer), self.tokens_per_batch, self.plan.seed)


WORLD = TranslatorRecipe(
    vocab_size=1500,
    tokens_per_batch=2000,
    label_smoothing=0.0,
    sizes={"norm_first": True},
    plan=Plan(steps=6000, learning_rate=4e-3),
)
REAL = TranslatorRecipe(
    vocab_size=4000,
    tokens_per_batch=2500,
    sizes={"norm_first": True, "dropout": 0.1},
    plan=Plan(steps=5000, learning_rate=4e-3),
)


def train_translator(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a translator on `source`, and write the model, its tokenizer and its card to the folder `out`.

    An interrupted training goes on when it is called again with the same arguments.

    Args:
        source: see `load_translations`; the training split is learnt, the validation split scored.
        out: a folder; it must not hold a finished model.
        minutes: the budget; default: the number of steps in the recipe.
        seed: of the first weights, the order of the data and dropout.
        report: a function that takes each line of the log.

    Returns:
        The card, as a dict; None on all processes but the main one.
    """
    out = unfinished(out)
    recipe = recipe_for(source, minutes, seed)
    rows, held_out = load_translations(source, "train"), load_translations(source, "validation")
    tokenizer = train_translation_tokenizer(rows, recipe.vocab_size)
    seed_everything(seed)
    model = Translator(TranslatorConfig(vocab_size=len(tokenizer), **recipe.sizes))
    sample = held_out.select(range(min(300, len(held_out))))
    trainer = Trainer(
        model,
        recipe.batches(rows, tokenizer, model.config.max_length),
        TeacherForcing(recipe.label_smoothing),
        recipe.plan,
        evaluate=lambda model: {"bleu": evaluate_translator(model, tokenizer, sample)["all"].bleu},
        folder=out,
        description={"source": str(source), "pairs": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"translator, Portuguese to English, {model.num_parameters():,} parameters",
            "source": str(source),
            "training pairs": len(rows),
            "recipe": asdict(recipe),
            "validation": plain(evaluate_translator(model, tokenizer, held_out)),
        }

    return produce(trainer, model, [tokenizer], out, describe)


def recipe_for(source, minutes=None, seed=0):
    """The recipe for the little world or for real text, with this seed, and with a budget in minutes if given."""
    recipe = WORLD if source == "world" else REAL
    return replace(recipe, plan=planned(recipe.plan, minutes, seed))
