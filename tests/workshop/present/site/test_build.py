"""A site is built into a folder of its own: it replaces an old site, and nothing else."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.present.site import Site


def test_a_folder_that_holds_something_else_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(CourseError, match="holds something else than a site"):
        Site(lessons=(), rooms={}, live=()).build(tmp_path)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["all of it"]
