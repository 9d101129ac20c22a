"""Whole models: one config and one model per file, made from the boxes of `course_lib.nn`."""

from course_lib.models.actor_critic import ActorCritic
from course_lib.models.bert import Bert, BertConfig
from course_lib.models.gpt import Gpt, GptConfig
from course_lib.models.grouping import to_grouped
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.scorer import Scorer
from course_lib.models.store import find_model, load_model, save_model
from course_lib.models.t5 import T5, T5Config
from course_lib.models.translator import Decoder, Encoder, Translator, TranslatorConfig

__all__ = [
    "T5",
    "ActorCritic",
    "Bert",
    "BertConfig",
    "Decoder",
    "Encoder",
    "Gpt",
    "GptConfig",
    "Llm",
    "LlmConfig",
    "Scorer",
    "T5Config",
    "Translator",
    "TranslatorConfig",
    "find_model",
    "load_model",
    "save_model",
    "to_grouped",
]
