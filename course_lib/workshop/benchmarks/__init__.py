"""What `course bench` measures: ratios of two things that take turns in one run.

Each benchmark is a module with a sentence on top and `measure(options)`, which gives rows (dicts) with a `ratio` to the
last of them.
"""

from course_lib.workshop.benchmarks.options import Options, find_benchmarks

__all__ = ["Options", "find_benchmarks"]
