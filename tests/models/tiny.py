"""The three variants with random weights, in eval mode; each stack of layers has another height."""

from course_lib.models import T5, Bert, BertConfig, Gpt, GptConfig, Llm, LlmConfig, Scorer, T5Config
from tests.parity import D_FF, D, H, V, shake
from tests.toys import MAX_LENGTH

SIZES = {"vocab_size": V, "d_model": D, "d_ff": D_FF, "num_heads": H}
LLM_SIZES = {
    "vocab_size": V,
    "d_model": 19,
    "d_ff": D_FF,
    "num_heads": 6,
    "num_kv_heads": 2,
    "d_head": 10,
    "num_layers": 3,
}


def tiny_bert(**changes):
    return shake(Bert(BertConfig(**(SIZES | {"num_layers": 2, "max_length": MAX_LENGTH} | changes)))).eval()


def tiny_gpt(**changes):
    return shake(Gpt(GptConfig(**(SIZES | {"num_layers": 3, "max_length": MAX_LENGTH} | changes)))).eval()


def tiny_t5(**changes):
    return shake(T5(T5Config(**(SIZES | {"num_encoder_layers": 2, "num_decoder_layers": 3} | changes)))).eval()


def tiny_llm(**changes):
    return shake(Llm(LlmConfig(**(LLM_SIZES | {"max_length": MAX_LENGTH} | changes)))).eval()


def tiny_scorer(**changes):
    return shake(Scorer(LlmConfig(**(LLM_SIZES | {"max_length": MAX_LENGTH} | changes)))).eval()
