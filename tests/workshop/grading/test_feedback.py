"""Nothing that a student writes runs on the feedback page, or loads anything; what it says can still be read."""

import os

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from tests.workshop.grading.small_course import known

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
EVIL = [
    "<script>document.title = 'OWNED'</script>",
    "<img src=x onerror=\"document.title = 'OWNED'\">",
    "<img src='http://203.0.113.9/pixel.png'>",
    "<iframe src='file:///etc/passwd'></iframe>",
    "<a href='javascript:alert(1)'>a</a><a href='data:text/html,x'>b</a>",
    "<svg onload=\"document.title = 'OWNED'\"><script>document.title = 'OWNED'</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=\"document.title='OWNED'\">",
    "<div class='navbar-fixed-top' style='position: fixed'>Score: 100 / 100</div>",
    "<meta http-equiv=refresh content='0;url=http://203.0.113.9/'><base href='http://203.0.113.9/'>",
    "<link rel=stylesheet href='http://203.0.113.9/x.css'><style>body { display: none }</style>",
    "<form action='http://203.0.113.9/'><input name=x></form><object data='http://203.0.113.9/'></object>",
    "![](http://203.0.113.9/pixel.png) ![gone](attachment:none.png)",
    "$\\text{<img src=x onerror=\"document.title='OWNED'\">}$ and $\\nosuchthing{$",
]
PROSE = """## Attention

The weights are $\\frac{QK^T}{\\sqrt{E}}$, and `a < b && c` is code.

<details><summary>A hint</summary>

Divide by the root.

</details>

| T | S |
| --- | --- |
| 3 | 5 |

![A pixel](attachment:pixel.png)"""


def output(**data):
    """What a cell displays; "_" in the name of a kind stands for "/"."""
    return new_output("display_data", data={kind.replace("_", "/", 1): value for kind, value in data.items()})


@pytest.fixture
def page_of(tmp_path):
    """A function that writes a notebook's feedback page as nbgrader does; the path of the page."""
    from nbgrader.converters import GenerateFeedback  # takes a second, in every process that collects tests
    from nbgrader.coursedir import CourseDirectory

    from course_lib.workshop.grading.feedback import FeedbackPage, HarmlessOutputs

    def write(*cells):
        converter = GenerateFeedback(coursedir=CourseDirectory(root=str(tmp_path)))
        converter.config.HTMLExporter.template_name = "feedback"
        exporter = FeedbackPage(parent=converter, config=converter.config)
        exporter.register_preprocessor(HarmlessOutputs)
        of = {"notebook": "01_small", "score": 1, "max_score": 3, "late_penalty": 0}
        html, _ = exporter.from_notebook_node(new_notebook(cells=list(cells)), {"nbgrader": of})
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        return tmp_path / "page.html"

    return write


def shown_everywhere(html):
    """Cells that bring HTML into the page in each way there is."""
    return [
        new_markdown_cell(html),
        new_markdown_cell(html, metadata=known("task-01", task=True, score=1, points=4, comment=html)),
        new_raw_cell(html, metadata={"format": "text/html"}),
        new_code_cell(f"# {html}", outputs=[new_output("stream", text=html)]),
        new_code_cell("x", outputs=[output(text_html=html), output(text_html=[html])]),
        new_code_cell("x", outputs=[output(text_markdown=html), output(text_latex=html)]),
        new_code_cell("x", outputs=[output(**{"image_svg+xml": html}, text_plain=html), output(image_png=f'x"{html}')]),
        new_code_cell("x", outputs=[output(application_javascript="document.title = 'OWNED'", text_plain=html)]),
        new_code_cell("x", outputs=[new_output("error", ename=html, evalue=html, traceback=[html])]),
    ]


def test_nothing_that_a_student_writes_runs_or_loads_anything(page_of, offline):
    path = page_of(*(cell for html in EVIL for cell in shown_everywhere(html)))
    offline.goto(path.as_uri())
    offline.wait_for_timeout(300)
    assert offline.title() == "01_small"
    assert not [each for each in offline.complaints if "203.0.113.9" in each or "Refused" in each or "passwd" in each]
    bad = "script, iframe, object, form, link, base, svg, [onerror], [onload], img[src^=http], .navbar-fixed-top"
    assert offline.locator(bad).count() == 0
    assert offline.locator("meta[http-equiv]").count() == 1
    assert offline.locator("a[href^=javascript], a[href^=data]").count() == 0


def test_the_page_has_a_policy_that_forbids_all_but_its_own_pictures_and_styles(page_of):
    head = page_of(new_markdown_cell("x")).read_text(encoding="utf-8").partition("<style")[0]
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in head
    assert "cdnjs" not in page_of(new_markdown_cell("$x$")).read_text(encoding="utf-8")


def test_prose_formulas_tables_figures_and_points_can_be_read(page_of, offline):
    cell = new_markdown_cell(PROSE, attachments={"pixel.png": {"image/png": PIXEL}})
    figure = output(image_png=PIXEL, text_plain="<Figure>")
    frame = output(text_html="<table><tr><th>loss</th><td>0.25</td></tr></table>", text_plain="loss 0.25")
    offline.goto(page_of(cell, new_code_cell("1 < 2", outputs=[figure, frame])).as_uri())
    assert offline.locator("math mfrac msqrt").count() == 1
    assert offline.locator("h2").inner_text() == "Attention"
    assert "a < b && c is code." in offline.inner_text("body")
    assert "Score: 1.0 / 3.0" in offline.inner_text("body")
    assert offline.locator("details summary").inner_text() == "A hint"
    assert offline.locator("table td").all_inner_texts() == ["3", "5", "0.25"]
    loaded = "image => image.complete && image.naturalWidth == 1"
    assert offline.locator("img").evaluate_all(f"images => images.map({loaded})") == [True, True]
    if folder := os.environ.get("COURSE_SCREENSHOTS"):
        offline.screenshot(path=f"{folder}/feedback.png", full_page=True)


def test_more_html_than_anybody_reads_is_not_shown(page_of):
    table = f"<table>{'<tr><td>0.25</td></tr>' * 30_000}</table>"
    page = page_of(new_code_cell("x", outputs=[output(text_html=table)])).read_text(encoding="utf-8")
    assert "(660,015 characters of HTML are not shown)" in page


def test_half_a_character_in_an_output_does_no_harm():
    from course_lib.workshop.grading.feedback import WholeCharacters

    cell = new_code_cell("x", outputs=[new_output("stream", text="a\ud800b")])
    notebook, _ = WholeCharacters().preprocess(new_notebook(cells=[cell]), {})
    assert notebook.cells[0].outputs[0].text == "a?b"
    nbformat.validate(notebook)
