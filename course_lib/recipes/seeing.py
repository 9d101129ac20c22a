"""What the recipes of models that see have in common: the frozen tower looks at every picture once, before training."""

from dataclasses import asdict
from itertools import chain

from course_lib.data import dialogue_batches, load_captions, load_picture_dialogues, picture_examples
from course_lib.evaluation import evaluate_vlm, look_at
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.dialogues import practice

DESCRIBE = "Describe the picture."


def descriptions(source, split):
    """The captions of `source` (see `load_captions`) as dialogues: of each picture the last, which tells all."""
    rows = load_captions(source, split)
    texts = [[{"user": DESCRIBE, "assistant": captions[-1]}] for captions in rows["caption"]]
    return {"images": [[picture] for picture in rows["image"]], "texts": texts}


def instructions(source, split):
    """The dialogues of `source` (see `load_picture_dialogues`)."""
    rows = load_picture_dialogues(source, split)
    return {"images": list(rows["images"]), "texts": list(rows["texts"])}


def practised(pictures, split, **amounts):
    """Dialogues of questions that are hard to see about the pictures of a split of the little world: see `practice`."""
    texts = [[asdict(turn) for turn in practice(scene, **amounts)] for scene in make_scenes(split)]
    return {"images": pictures, "texts": texts}


def joined(*parts):
    """The rows of all parts."""
    return {name: list(chain.from_iterable(part[name] for part in parts)) for name in ("images", "texts")}


def see(rows, model, processor):
    """What the tower makes of all the pictures of rows, N P D."""
    return look_at(list(chain.from_iterable(rows["images"])), model, processor)


def visual_batches(rows, model, template, processor, tokens_per_batch, seed):
    """The training batches of rows for a `Vlm`."""
    features = iter(see(rows, model, processor))
    seen = {"images": [[next(features) for _ in images] for images in rows["images"]], "texts": rows["texts"]}
    return dialogue_batches(picture_examples(seen, template, model.config.max_length), tokens_per_batch, seed)


def first_pictures(rows, count):
    """The first `count` rows that are about one picture."""
    kept = [i for i, images in enumerate(rows["images"]) if len(images) == 1][:count]
    return {name: [column[i] for i in kept] for name, column in rows.items()}


def visual_scores(template, features, texts):
    """A function from a `Vlm` to how many questions it answers exactly, in percent, for the log of a training."""
    return lambda model: {"exact": evaluate_vlm(model, template, features, texts)["all"].exact}
