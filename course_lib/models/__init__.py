"""Whole models: one config and one model per file, made from the boxes of `course_lib.nn`."""

from course_lib.models.store import find_model, load_model, save_model
from course_lib.models.translator import Decoder, Encoder, Translator, TranslatorConfig

__all__ = ["Decoder", "Encoder", "Translator", "TranslatorConfig", "find_model", "load_model", "save_model"]
