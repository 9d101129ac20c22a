"""How long a lecturer stays at a step."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_lib.workshop.present.pace import seconds


def test_prose_takes_a_minute_for_100_words_and_one_for_a_prediction():
    assert seconds(new_markdown_cell("word " * 50)) == 30
    assert seconds(new_markdown_cell("*Predict* " + "word " * 49)) == 90


def test_code_takes_a_minute_for_10_lines_and_a_figure_half_of_one():
    figure, text = new_output("display_data", data={"image/png": "AAAA"}), new_output("stream", text="3")
    assert seconds(new_code_cell("x = 1\n\ny = 2", outputs=[])) == 12
    assert seconds(new_code_cell("", outputs=[figure, text])) == 30
