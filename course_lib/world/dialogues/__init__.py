"""Data sets for a chat model: dialogues, requests with rule-based rewards, and preferences between two answers."""

from course_lib.world.dialogues.dialogue import Dialogue, make_dialogues
from course_lib.world.dialogues.preferences import make_preferences
from course_lib.world.dialogues.rewards import CRITERIA, Score, true_reward
