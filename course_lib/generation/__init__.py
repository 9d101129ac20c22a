"""From next-token probabilities to whole outputs: greedy search, sampling, beam search."""

from course_lib.generation.beam_search import beam_search
from course_lib.generation.decoding import CachedDecoding, RecomputingDecoding
from course_lib.generation.sampling import Sampler, generate, likeliest
from course_lib.generation.translation import beam, greedy_search, sampling, translate

__all__ = [
    "CachedDecoding",
    "RecomputingDecoding",
    "Sampler",
    "beam",
    "beam_search",
    "generate",
    "greedy_search",
    "likeliest",
    "sampling",
    "translate",
]
