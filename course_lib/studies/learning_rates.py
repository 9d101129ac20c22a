"""Which learning rates does a translator's training bear, and what do warm-up and gradient clipping change?"""

import torch

from course_lib.data import (
    load_translations,
    train_translation_tokenizer,
    translation_batch,
    translation_batches,
    translation_pairs,
)
from course_lib.models import Translator, TranslatorConfig
from course_lib.objectives import TeacherForcing
from course_lib.runtime import seed_everything
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

RATES = 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1


def measure(
    seed: int = 0, rates: tuple[float, ...] = RATES, steps: int = 60, warmup: float = 0.1, clip_norm: float = 1.0
) -> Numbers:
    """The loss on 300 held-out pairs after a short training with each peak rate, from the same random weights."""
    train, held_out = load_translations("world", "train"), load_translations("world", "validation")
    tokenizer = train_translation_tokenizer(train, 1500)
    batches = translation_batches(translation_pairs(train, tokenizer), 1000, seed)
    exam = translation_batch(translation_pairs(held_out.select(range(0, 1500, 5)), tokenizer))
    losses = []
    for rate in rates:
        seed_everything(seed)
        model = Translator(TranslatorConfig(vocab_size=len(tokenizer), d_ff=256, norm_first=True))
        plan = Plan(steps=steps, learning_rate=rate, warmup=warmup, clip_norm=clip_norm, evaluations=1, seed=seed)
        Trainer(model, batches, TeacherForcing(), plan).train()
        with torch.no_grad():
            losses.append(float(TeacherForcing()(model, exam).mean))
    return {"rate": list(rates), "loss": losses}


STUDY = Study(
    measure=measure,
    arms={
        "warm-up, clipping": {},
        "clipping only": {"warmup": 0.0},
        "warm-up only": {"clip_norm": 1e9},
    },
    loaders=(load_translations,),
    toy={"rates": (1e-3, 1e-2), "steps": 2},
)
