"""Which cells a lecture shows."""

from nbformat.v4 import new_code_cell, new_markdown_cell

from course_lib.workshop.present import headings, lecture_path


def cells(*sources):
    """Prose for texts, code for ("code",) and pairs of a text and its kind of slide."""
    made = []
    for source in sources:
        text, kind = source if isinstance(source, tuple) else (source, None)
        cell = new_code_cell(text) if text.startswith("x = ") else new_markdown_cell(text)
        if kind:
            cell.metadata["slideshow"] = {"slide_type": kind}
        made.append(cell)
    return made


def test_a_lecture_shows_what_stands_below_no_heading_for_home():
    sources = (
        "# A lesson",
        "## Check it",
        "x = 1",
        "### Twice",
        "more",
        "## Use it",
        "x = 2",
        "## References",
        "a paper",
    )
    assert lecture_path(cells(*sources)) == [True, False, False, False, False, True, True, False, False]


def test_a_heading_for_home_ends_with_the_next_one_of_its_level_or_above():
    assert lecture_path(cells("### Check it", "x = 1", "### Next", "x = 2", "### Check", "## Up")) == [
        *(False, False),
        *(True, True),
        *(False, True),
    ]


def test_metadata_say_the_exceptions():
    shown = lecture_path(
        cells("## A", ("x = 1", "skip"), ("told", "notes"), ("x = 2", "-"), "## Check", ("x = 3", "fragment"))
    )
    assert shown == [True, False, False, True, False, True]


def test_a_word_that_begins_alike_is_no_heading_for_home():
    assert lecture_path(cells("## Checkpoints", "x = 1")) == [True, True]


def test_headings_inside_code_are_none():
    cell = new_markdown_cell("# One\n```\n# not one\n```\ntext\n### Three  ")
    assert list(headings(cell)) == [(1, "One"), (3, "Three")]
    assert list(headings(new_code_cell("# a comment"))) == []
