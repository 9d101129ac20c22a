"""Weights from Hugging Face models into ours, one file per family; `transformers` itself is not needed."""

from course_lib.convert.bert import bert_from_hugging_face
from course_lib.convert.gpt2 import gpt_from_hugging_face
from course_lib.convert.t5 import t5_from_hugging_face

__all__ = ["bert_from_hugging_face", "gpt_from_hugging_face", "t5_from_hugging_face"]
