"""Answers that are tried in another process: cases and calls go in, results come out, as JSON and safetensors."""

from course_lib.workshop.remote.attempts import Attempt, Raised, attempt, is_missing, listed, quietly
from course_lib.workshop.remote.clocks import Stopped, limited
from course_lib.workshop.remote.codec import Unknown, read_message, write_message
