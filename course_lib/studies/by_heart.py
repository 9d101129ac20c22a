"""What gets good first while a translator learns, its next token or whole sentences; and does it learn by heart?

It is the training of lesson 05. With few pairs, each of them is read many times.
"""

from functools import cache

from course_lib.data import (
    load_translations,
    train_translation_tokenizer,
    translation_batch,
    translation_batches,
    translation_pairs,
)
from course_lib.evaluation import evaluate_translator
from course_lib.generation import translate
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

SLIDE, ANSWER = "este é o primeiro livro que eu fiz.", "this is the first book i've ever done."


@cache
def material() -> tuple:
    """The training pairs, the held-out ones, and the tokenizer."""
    train = load_translations("world", "train")
    return train, load_translations("world", "validation"), train_translation_tokenizer(train, 1500)


def measure(seed: int = 0, pairs: int = 40_000, steps: int = 400, evaluations: int = 8, asked: int = 300) -> Numbers:
    """Losses in nats per token, right sentences in percent, 100 where the slide's one is right: at each evaluation."""
    train, held_out, tokenizer = material()
    sample = held_out.select(range(0, len(held_out), len(held_out) // asked))
    exam = translation_batch(translation_pairs(sample, tokenizer))

    def evaluate(model):
        said = translate([SLIDE], model, tokenizer)
        exact = evaluate_translator(model, tokenizer, sample)["all"].exact
        loss = TeacherForcing()(model, exam).mean
        return {"held_out_loss": float(loss), "exact": exact, "slide": 100.0 * (said == [ANSWER])}

    model = Translator(TranslatorConfig(vocab_size=len(tokenizer), d_ff=256, norm_first=True))
    batches = translation_batches(translation_pairs(train.select(range(pairs)), tokenizer), 1000, seed)
    plan = Plan(steps=steps, learning_rate=3e-3, evaluations=evaluations, seed=seed)
    history = Trainer(model, batches, TeacherForcing(), plan, evaluate=evaluate).train()
    curves = {name: [entry[name] for entry in history] for name in ("step", "held_out_loss", "exact", "slide")}
    return curves | {"training_loss": [entry["loss"] for entry in history[1:]]}


STUDY = Study(
    measure=measure,
    arms={"40,000 pairs": {}, "1,000 pairs": {"pairs": 1000}},
    loaders=(load_translations,),
    toy={"pairs": 50, "steps": 2, "evaluations": 1, "asked": 3},
)
