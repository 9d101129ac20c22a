"""Checkpoints from Hugging Face as ours, and ours for Hugging Face and torch; `transformers` itself is not needed."""

from course_lib.workshop.convert.bert import bert_from_hugging_face
from course_lib.workshop.convert.families import FAMILIES
from course_lib.workshop.convert.gguf_checkpoint import GgufCheckpoint, open_checkpoint
from course_lib.workshop.convert.gpt2 import gpt_from_hugging_face, gpt_to_hugging_face
from course_lib.workshop.convert.hub import HubCheckpoint
from course_lib.workshop.convert.hub_chat import HubChatTemplate
from course_lib.workshop.convert.hub_tokenizer import HubTokenizer
from course_lib.workshop.convert.llava import llava_from_hugging_face
from course_lib.workshop.convert.llm import llm_from_hugging_face, llm_to_hugging_face
from course_lib.workshop.convert.llm_config import hub_config, llm_config
from course_lib.workshop.convert.llm_tensors import halves_to_pairs, pairs_to_halves
from course_lib.workshop.convert.mixers import gated_delta_net_from_hugging_face, latent_attention_from_hugging_face
from course_lib.workshop.convert.published import PUBLISHED
from course_lib.workshop.convert.t5 import t5_from_hugging_face
from course_lib.workshop.convert.torch_nn import torch_weights
from course_lib.workshop.convert.vit import vit_from_torchvision
