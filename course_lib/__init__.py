"""Building blocks of the course: from one attention head to a vision-language model.

Each room of this package holds one kind of thing, and rooms only use what stands below them:
`world` and `nn`, `objectives`, `data` at the bottom, then `models`, then `training`, `generation`, `viz`,
`evaluation` and `recipes`; the command line `course` sits on top. Import from a room, as in
`from course_lib.nn import MultiHeadAttention`: that says where a block lives, and loads no other room.
"""

__version__ = "0.1.0"
