"""For the lecturer: student editions are made, and submissions graded, by nbgrader (the extra `grade`).

What nbgrader leaves open is here: submissions run in a process with limits, and the report says what went wrong.
"""

from course_lib.workshop.grading.editions import EDITIONS, edition_of, write_editions
from course_lib.workshop.grading.exam_sheets import grade_exam, make_exam
from course_lib.workshop.grading.folder import grade_folder
from course_lib.workshop.grading.handouts import hand_out
from course_lib.workshop.grading.sandbox import Limits
from course_lib.workshop.grading.students import read_class
from course_lib.workshop.grading.term import write_term

__all__ = [
    "EDITIONS",
    "Limits",
    "edition_of",
    "grade_exam",
    "grade_folder",
    "hand_out",
    "make_exam",
    "read_class",
    "write_editions",
    "write_term",
]
