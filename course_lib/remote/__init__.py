"""Answers that are tried in another process: cases and calls go in, results come out, as JSON and safetensors."""

from course_lib.remote.attempts import Attempt, Raised, attempt, is_missing, listed, quietly
from course_lib.remote.clocks import Stopped, limited
from course_lib.remote.codec import Unknown, read_message, write_message
