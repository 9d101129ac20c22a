"""The recipe of the vision transformer: what is in the picture? (slide "Vision Transformers Basics")."""

from dataclasses import asdict

from course_lib.data import ImageProcessor, RandomViews, load_images, picture_batches
from course_lib.evaluation import evaluate_classifier
from course_lib.models import Vit, VitConfig
from course_lib.objectives import Classification
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=2000, learning_rate=1e-3, weight_decay=0.05)
SIZES = {"image_size": 64, "patch_size": 8, "d_model": 96, "d_ff": 288, "num_heads": 4, "num_layers": 3}
BATCH_SIZE = 64
# What is drawn stays what it is when it is turned or has other colours; a photo of a digit does not.
WORLD_VIEWS, OTHER_VIEWS = RandomViews(flip=0.5, recolour=0.5), RandomViews(shift=2)


def train_vit(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a vision transformer on the pictures of `source` (see `load_images`), and write it to the folder `out`.

    Pictures of any size are made 64 pixels high and wide. Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    rows, held_out = load_images(source, "train"), load_images(source, "validation")
    processor = ImageProcessor(size=(SIZES["image_size"], SIZES["image_size"]))
    seed_everything(seed)
    model = Vit(VitConfig(classes=rows.features["label"].names, **SIZES))
    views = WORLD_VIEWS if source == "world" else OTHER_VIEWS
    sample = held_out.shuffle(seed=0).select(range(min(500, len(held_out))))
    trainer = Trainer(
        model,
        picture_batches(rows["image"], rows["label"], processor, BATCH_SIZE, seed, views),
        Classification(),
        plan,
        evaluate=lambda model: {"accuracy": evaluate_classifier(model, processor, sample)["all"].accuracy},
        folder=out,
        description={"source": str(source), "pictures": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"vision transformer, {model.num_parameters():,} parameters, {len(model.config.classes)} classes",
            "source": str(source),
            "training pictures": len(rows),
            "views": asdict(views),
            "plan": plan.as_dict(),
            "validation": plain(evaluate_classifier(model, processor, held_out)),
        }

    return produce(trainer, model, [processor], out, describe)
