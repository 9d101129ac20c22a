"""What does a window cost a model that was trained without one, and how much does a little training mend?

The base model gets windows of 16 tokens in all layers, or in every other one, and reads 60 small batches more. So does
the same model without a window: what these batches do to any model is no fault of the window.
"""

from dataclasses import replace

from course_lib.data import load_stories, predict_next, text_batches
from course_lib.evaluation.language_model import score_texts
from course_lib.models import Llm, load_model
from course_lib.objectives import TokenPrediction
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

WINDOWS = 4, 8, 16, 32, 64


def with_windows(model: Llm, *windows: int | None) -> Llm:
    """A copy of the model whose layers have these windows, in turn."""
    copy = Llm(replace(model.config, window_sizes=windows * (model.config.num_layers // len(windows))))
    copy.load_state_dict(model.state_dict())
    return copy.eval()


def measure(seed: int = 0, windows: tuple[int | None, ...] = (None,), steps: int = 60, stories: int = 100) -> Numbers:
    """The loss on held-out stories before and after the training; and then with each of `WINDOWS` in all layers."""
    base, tokenizer = load_model("base")
    texts, exam = (load_stories("world", split)["text"] for split in ("train", "validation"))
    exam = tokenizer.encode_batch(exam[::5][:stories])
    batches = text_batches(tokenizer.encode_batch(texts[:3000]), predict_next, 1000, seed)
    model = with_windows(base, *windows)
    before = score_texts(model, exam).loss
    plan = Plan(steps=steps, learning_rate=1e-3, evaluations=1, seed=seed)
    Trainer(model, batches, TokenPrediction(), plan).train()
    others = [score_texts(with_windows(model, window), exam[:40]).loss for window in WINDOWS]
    return {"before": before, "after": score_texts(model.eval(), exam).loss, "with windows": others}


STUDY = Study(
    measure=measure,
    arms={"no window": {}, "all layers": {"windows": (16,)}, "every other": {"windows": (16, None)}},
    loaders=(load_stories,),
    models=("base",),
    toy={"steps": 1, "stories": 2},
)
