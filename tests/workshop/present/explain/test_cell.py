"""A live page in a cell runs there, and in what is exported."""

import nbformat

from course_lib.models import save_model
from course_lib.workshop.present.explain import show_model
from course_lib.workshop.present.exporter import LessonPage
from tests.toys import tiny_translator, toy_tokenizer


def test_a_model_in_a_cell_runs_in_the_exported_page(offline, tmp_path):
    tokenizer = toy_tokenizer()
    save_model(tiny_translator(vocab_size=len(tokenizer), max_length=97), tmp_path / "my & <model>", tokenizer)
    view = show_model(tmp_path / "my & <model>", height=613)
    output = nbformat.v4.new_output("display_data", {"text/html": view.data, "text/plain": repr(view)})
    cells = [nbformat.v4.new_code_cell("show_model(...)", outputs=[output])]
    page = tmp_path / "page.html"
    page.write_text(LessonPage().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0], encoding="utf-8")
    offline.goto(page.as_uri())
    frame = offline.frame_locator("iframe")
    assert frame.locator("h1").text_content() == "my & <model>"
    assert frame.locator(".road button").count() > 0
    assert offline.locator("iframe").bounding_box()["height"] == 613
    assert offline.complaints == []
