"""For the lecturer: student editions are made, and submissions graded, by nbgrader (the extra `grade`).

What nbgrader leaves open is here: submissions run in a process with limits, and the report says what went wrong.
"""

from course_lib.grading.editions import EDITIONS, edition_of, make_releases
from course_lib.grading.folder import grade_folder
from course_lib.grading.sandbox import Limits

__all__ = ["EDITIONS", "Limits", "edition_of", "grade_folder", "make_releases"]
