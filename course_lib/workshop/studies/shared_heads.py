"""What does it cost a model to share keys and values, if nothing else is smaller?

Small decoders read the same stories in the same order. Those with few key-value heads have fewer parameters, too; in
one arm, a wider feed-forward network gives them back, as Touvron et al. did (Llama 2, 2023, appendix A.2.1).
"""

from course_lib.data import load_stories
from course_lib.evaluation.language_model import score_texts
from course_lib.models import Llm, LlmConfig
from course_lib.runtime import seed_everything
from course_lib.workshop.studies.reading import ids, read, tokenizer
from course_lib.workshop.studies.study import Numbers, Study

STEPS = 500


def new_model(seed: int, num_kv_heads: int, d_ff: int = 160) -> Llm:
    """A decoder of two layers with 8 query heads of width 8 and random weights."""
    seed_everything(seed)
    sizes = {"d_model": 64, "num_heads": 8, "num_layers": 2}
    return Llm(LlmConfig(vocab_size=len(tokenizer()), num_kv_heads=num_kv_heads, d_ff=d_ff, **sizes))


def fit(model: Llm, steps: int, seed: int) -> Llm:
    """The model itself, trained for so many steps."""
    return read(model, ids("train"), 320, steps, 5e-3, seed)


def loss_of(model: Llm) -> float:
    """On 200 stories that nobody has read, in nats per token."""
    return score_texts(model, ids("validation")[::5]).loss


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
