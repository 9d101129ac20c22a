"""Modules become one script."""

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.viz.bundle import bundle


@pytest.fixture
def folder(tmp_path):
    """a needs b and c; b needs c, from a folder beside it."""
    (tmp_path / "boxes").mkdir()
    (tmp_path / "boxes" / "b.js").write_text('// B.\nimport { c } from "../c.js";\nexport const b = 2 * c;\n')
    (tmp_path / "c.js").write_text("export const c = 1;\n")
    return tmp_path


def test_each_module_comes_once_and_behind_what_it_needs(folder):
    text = bundle('import { b } from "./boxes/b.js";\nimport { c } from "./c.js";\nexport const a = b + c;\n', folder)
    assert text == "const c = 1;\n\n// B.\nconst b = 2 * c;\n\nconst a = b + c;\n"


def test_a_module_that_is_missing_is_named(folder):
    with pytest.raises(CourseError, match=r"d\.js is missing"):
        bundle('import { d } from "./d.js";\n', folder)
