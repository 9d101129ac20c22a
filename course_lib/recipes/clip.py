"""The recipe of CLIP: which caption belongs to which picture? (slide "Contrastive Language-Image Pre-Training")"""

from dataclasses import asdict

from course_lib.data import ImageProcessor, Tokenizer, caption_batches, load_captions
from course_lib.evaluation import caption_ids, evaluate_clip
from course_lib.models import Clip, ClipConfig, TextConfig, VisionConfig
from course_lib.objectives import Contrastive
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer
from course_lib.world.scenes import make_scenes

PLAN = Plan(steps=2400, learning_rate=1e-3, weight_decay=0.05)
VISION = {"image_size": 64, "patch_size": 16, "d_model": 128, "d_ff": 384, "num_heads": 4, "num_layers": 4}
TEXT = {"d_model": 96, "d_ff": 192, "num_heads": 4, "num_layers": 2, "max_length": 64}
D_JOINT = 128
VOCAB_SIZE = 600
BATCH_SIZE = 64


def train_clip(source="world", *, out, minutes=None, seed=0, report=print):
    """Train a CLIP on the pictures and captions of `source` (see `load_captions`), and write it to the folder `out`.

    Pictures of any size are made 64 pixels high and wide. Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    rows, held_out = load_captions(source, "train"), load_captions(source, "validation")
    scenes = make_scenes("validation") if source == "world" else None
    captions = chosen_captions(rows["caption"])
    tokenizer = Tokenizer.train([text for texts in captions for text in texts], VOCAB_SIZE)
    tokens = [caption_ids(tokenizer, texts, TEXT["max_length"]) for texts in captions]
    processor = ImageProcessor(size=(VISION["image_size"], VISION["image_size"]))
    seed_everything(seed)
    text = TextConfig(vocab_size=len(tokenizer), **TEXT)
    model = Clip(ClipConfig(vision=VisionConfig(**VISION), text=text, d_joint=D_JOINT))

    def scores(model):
        groups = plain(evaluate_clip(model, tokenizer, processor, held_out, scenes))
        return {group: {k: v for k, v in found.items() if v is not None} for group, found in groups.items()}

    trainer = Trainer(
        model,
        caption_batches(rows["image"], tokens, processor, BATCH_SIZE, seed),
        Contrastive(),
        plan,
        evaluate=lambda model: scores(model)["all"],
        folder=out,
        description={"source": str(source), "pictures": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"CLIP, {model.num_parameters():,} parameters",
            "source": str(source),
            "training pictures": len(rows),
            "captions of each": len(captions[0]),
            "plan": plan.as_dict(),
            "validation": scores(model),
        }

    return produce(trainer, model, [tokenizer, processor], out, describe)


def chosen_captions(captions):
    """Of each picture the first two captions and the last; where some pictures have fewer, the last of each."""
    if min(map(len, captions)) < 3:
        return [texts[-1:] for texts in captions]
    return [[*texts[:2], texts[-1]] for texts in captions]
