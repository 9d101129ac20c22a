"""What runs the course: exercises and grading, studies and benchmarks, recipes, decks and pages, the command line.

Nobody has to read it to learn from the course. It uses the rooms of `course_lib`, and none of them uses it.
"""
