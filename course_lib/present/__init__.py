"""From a notebook to what is shown of it: the path of a lecture through a lesson, and how long each takes."""

from course_lib.present.minutes import Effort, effort
from course_lib.present.path import headings, lecture_path

__all__ = ["Effort", "effort", "headings", "lecture_path"]
