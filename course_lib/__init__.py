"""The library of the course: from one attention head to a vision-language model.

The eight rooms hold what the lessons teach: `nn`, `models`, `objectives`, `data`, `training`, `generation`,
`evaluation`, and the little `world` of texts and images. The package `workshop` runs the course: lessons, exercises,
grading, studies, presentations, and the command line. Rooms never import from the workshop. Import from a room, as in
`from course_lib.nn import MultiHeadAttention`. It shows where a block lives, and loads only what the room needs.
"""

__version__ = "0.1.0"
