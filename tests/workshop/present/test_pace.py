"""How long a lecturer stays at a step."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_lib.workshop.present.pace import seconds


def test_more_words_more_lines_a_prediction_and_a_figure_take_longer():
    prose, code = new_markdown_cell("word " * 50), new_code_cell("x = 1")
    figure = new_output("display_data", data={"image/png": "AAAA"})
    assert seconds(new_markdown_cell("word " * 100)) == 2 * seconds(prose) > 0
    assert seconds(new_markdown_cell("*Predict* " + "word " * 49)) > seconds(prose)
    assert seconds(new_code_cell("x = 1\n\ny = 2")) == 2 * seconds(code) > 0
    assert seconds(new_code_cell("x = 1", outputs=[figure])) > seconds(code)
