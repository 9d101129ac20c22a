"""What the tests of isolation ask for; where a system can't give it, they say so at the end of the run."""

import pytest

from course_lib.workshop.grading.namespace import can_isolate

NEEDS_ISOLATION = pytest.mark.skipif(not can_isolate(), reason="NOT TESTED: this system can't isolate a submission")
