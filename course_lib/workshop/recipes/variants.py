"""Three architectures of the same size: what each is trained on, and how fast (slide "Architectural Variants")."""

from course_lib.evaluation.architectures import Variant
from course_lib.models import T5, Bert, BertConfig, Gpt, GptConfig, T5Config
from course_lib.objectives import TeacherForcing, TokenPrediction
from course_lib.runtime import seed_everything
from course_lib.workshop.recipes.bert import begin_with_waves

SIZES = {"d_model": 64, "d_ff": 128, "num_heads": 4}
RATES = {"Bert": 6e-3, "Gpt": 6e-3, "T5": 3e-3}
OBJECTIVES = {"Bert": TokenPrediction(), "Gpt": TokenPrediction(), "T5": TeacherForcing()}


def new_variant(name: str, vocab_size: int, seed: int = 0) -> Variant:
    """Make a Bert or Gpt of two layers, or a T5 of one and one, with random weights."""
    seed_everything(seed)
    if name == "T5":
        return T5(T5Config(vocab_size=vocab_size, **SIZES, num_encoder_layers=1, num_decoder_layers=1))
    kind, config = {"Bert": (Bert, BertConfig), "Gpt": (Gpt, GptConfig)}[name]
    return begin_with_waves(kind(config(vocab_size=vocab_size, **SIZES, num_layers=2)))
