"""Which connector brings more of a picture to a language model in the same few steps: one layer, two, or fewer tokens?

CLIP's tower and the chat model are frozen; only the connector learns, from captions. Each kind gets two learning rates.
"""

from course_lib.data import dialogue_batches, load_captions, picture_examples
from course_lib.evaluation import mean_loss
from course_lib.workshop.studies.seeing import asked, described, learned, newborn, seen_by, teach
from course_lib.workshop.studies.study import Numbers, Study


def measure(
    seed: int = 0, kind: str = "mlp", rate: float = 3e-3, steps: int = 40, pictures: int = 600, examined: int = 60
) -> Numbers:
    """The loss on captions of pictures with held-out combinations, in nats per token; and the connector's numbers."""
    model, template = newborn(kind)
    scenes, pixels = learned(pictures)
    teach(model, template, seen_by(model, pixels), described(scenes), ["connector"], steps, rate, seed)
    scenes, pixels = asked(examined)
    rows = {"images": [[seen] for seen in seen_by(model, pixels)], "texts": described(scenes)}
    evaluation_set = dialogue_batches(picture_examples(rows, template, model.config.max_length), 4096)
    return {"loss": mean_loss(model, evaluation_set), "parameters": model.connector.num_parameters()}


STUDY = Study(
    measure=measure,
    arms={
        "linear": {"kind": "linear"},
        "mlp": {},
        "pixel shuffle": {"kind": "pixel shuffle"},
        "linear, rate 0.01": {"kind": "linear", "rate": 1e-2},
        "mlp, rate 0.01": {"rate": 1e-2},
        "pixel shuffle, rate 0.01": {"kind": "pixel shuffle", "rate": 1e-2},
    },
    loaders=(load_captions,),
    models=("clip", "chat"),
    toy={"steps": 1, "pictures": 4, "examined": 3},
)
