"""Functions that stay in another process: their arguments and results travel as JSON and safetensors, never as code.

Two `Peer`s talk over a pair of pipes. What can't be written down, a function above all, stays where it is; the other
side gets a `Stub`, whose call is a question over the pipe.
"""

from course_lib.remote.peer import Peer
from course_lib.remote.stub import Stub
from course_lib.remote.words import Gone, Raised, in_words

__all__ = ["Gone", "Peer", "Raised", "Stub", "in_words"]
