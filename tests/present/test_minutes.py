"""What a lesson asks of its reader."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_lib.present import Effort, effort


def test_words_lines_figures_and_predictions_are_counted():
    figure = new_output("display_data", data={"image/png": "AAAA"})
    code = new_code_cell("x = 1\n\ny = 2  # two", outputs=[figure, new_output("stream", name="stdout", text="3")])
    assert effort([new_markdown_cell("# One two\n*Predict* it."), code]) == Effort(5, 2, 1, 1)


def test_lists_of_exercises_and_references_are_not_read():
    cell = new_markdown_cell(
        "## Exercises\none two\n### Exercises for all\nmore\n## Takeaways\nthree\n## References\nfour"
    )
    assert effort([cell]).words == 3


def test_a_count_becomes_minutes():
    assert Effort(words=250, lines=35, figures=3, predictions=2).minutes == pytest.approx(1 + 2.5 + 3.5 + 1.5 + 2)
