"""From a notebook to what is shown of it: what its card says, and the path of a lecture through it."""

from course_lib.workshop.present.card import claim, time_needed
from course_lib.workshop.present.path import headings, lecture_path

__all__ = ["claim", "headings", "lecture_path", "time_needed"]
