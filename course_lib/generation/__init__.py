"""Text generation: greedy search, sampling, beam search, chat, serving, and rollouts."""

from course_lib.generation.beam_search import beam_search
from course_lib.generation.chat import Chat
from course_lib.generation.completion import complete
from course_lib.generation.decoding import CachedDecoding, RecomputingDecoding, TextDecoding
from course_lib.generation.rewards import LearnedReward, TextReward, by_rule
from course_lib.generation.rollouts import Rollouts
from course_lib.generation.sampling import Sampler, generate, likeliest
from course_lib.generation.served_chat import ServedChat
from course_lib.generation.server import Server
from course_lib.generation.speculation import LookupDraft, ModelDraft, accept, greedy, speculate
from course_lib.generation.translation import beam, greedy_search, sampling, translate
