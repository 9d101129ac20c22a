"""What does it cost a model to share keys and values, if nothing else is smaller?

Small decoders read the same stories in the same order. Those with few key-value heads have fewer parameters, too; in
one arm, a wider feed-forward network gives them back, as Touvron et al. did (Llama 2, 2023, appendix A.2.1).
"""

from functools import cache

from course_lib.data import Tokenizer, load_stories, predict_next, text_batches
from course_lib.evaluation.language_model import score_texts
from course_lib.models import Llm, LlmConfig
from course_lib.objectives import TokenPrediction
from course_lib.runtime import seed_everything
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

STEPS = 500


@cache
def stories() -> tuple[Tokenizer, list[list[int]], list[list[int]]]:
    """A tokenizer, the stories to learn, and 200 that nobody has read."""
    train, held_out = load_stories("world", "train"), load_stories("world", "validation")
    tokenizer = Tokenizer.train(train["text"], vocab_size=1000, lower_case=False)
    return tokenizer, tokenizer.encode_batch(train["text"]), tokenizer.encode_batch(held_out["text"][::5])


def new_model(seed: int, num_kv_heads: int, d_ff: int = 160) -> Llm:
    """A decoder of two layers with 8 query heads of width 8 and random weights."""
    seed_everything(seed)
    sizes = {"d_model": 64, "num_heads": 8, "num_layers": 2}
    return Llm(LlmConfig(vocab_size=len(stories()[0]), num_kv_heads=num_kv_heads, d_ff=d_ff, **sizes))


def fit(model: Llm, steps: int, seed: int) -> Llm:
    """The model itself, trained for so many steps."""
    batches = text_batches(stories()[1], predict_next, 320, seed)
    Trainer(model, batches, TokenPrediction(), Plan(steps=steps, learning_rate=5e-3, evaluations=1, seed=seed)).train()
    return model.eval()


def loss_of(model: Llm) -> float:
    """On the stories that nobody has read, in nats per token."""
    return score_texts(model, stories()[2]).loss


def measure(seed: int = 0, num_kv_heads: int = 8, d_ff: int = 160, steps: int = STEPS) -> Numbers:
    """The loss of a model that was trained from scratch."""
    return {"loss": loss_of(fit(new_model(seed, num_kv_heads, d_ff), steps, seed))}


STUDY = Study(
    measure=measure,
    arms={
        "K = 8": {},
        "K = 2": {"num_kv_heads": 2},
        "K = 2, wider": {"num_kv_heads": 2, "d_ff": 192},
        "K = 1": {"num_kv_heads": 1},
    },
    loaders=(load_stories,),
    toy={"steps": 2},
)
