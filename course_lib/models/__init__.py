"""Complete models, built from the layers in `course_lib.nn`. Each file defines a model and its config."""

from course_lib.models.actor_critic import ActorCritic
from course_lib.models.base import evaluating
from course_lib.models.bert import Bert, BertConfig
from course_lib.models.clip import Clip, ClipConfig
from course_lib.models.connector import Connector, ConnectorConfig
from course_lib.models.gpt import Gpt, GptConfig
from course_lib.models.grouping import to_grouped
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.mixers import (
    AttentionMixer,
    DeltaMixer,
    Experts,
    LatentMixer,
    LinearMixer,
    NoPEMixer,
    SharedKVMixer,
)
from course_lib.models.scorer import Scorer
from course_lib.models.store import check_kind, find_model, load_model, save_model
from course_lib.models.t5 import T5, T5Config
from course_lib.models.text_tower import TextConfig, TextTower
from course_lib.models.translator import Translator, TranslatorConfig
from course_lib.models.vision_tower import VisionConfig, VisionTower
from course_lib.models.vit import Vit, VitConfig
from course_lib.models.vlm import Vlm, VlmConfig
from course_lib.models.vlm_adapter import VlmAdapter, VlmAdapterConfig

__all__ = [
    "T5",
    "ActorCritic",
    "AttentionMixer",
    "Bert",
    "BertConfig",
    "Clip",
    "ClipConfig",
    "Connector",
    "ConnectorConfig",
    "DeltaMixer",
    "Experts",
    "Gpt",
    "GptConfig",
    "LatentMixer",
    "LinearMixer",
    "Llm",
    "LlmConfig",
    "Scorer",
    "SharedKVMixer",
    "NoPEMixer",
    "T5Config",
    "TextConfig",
    "TextTower",
    "Translator",
    "TranslatorConfig",
    "VisionConfig",
    "VisionTower",
    "Vit",
    "VitConfig",
    "Vlm",
    "VlmAdapter",
    "VlmAdapterConfig",
    "VlmConfig",
    "evaluating",
    "check_kind",
    "find_model",
    "load_model",
    "save_model",
    "to_grouped",
]
