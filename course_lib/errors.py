"""The one exception of the course: bad input, named early and in plain words."""


class CourseError(ValueError):
    """Something given to the course is not usable; the message names the value and what was expected."""
