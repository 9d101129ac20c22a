"""A page needs no network: formulas are set, figures described, and nothing is loaded."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.errors import CourseError
from course_lib.workshop.present.exporter import Exporter, LessonPage
from tests.notebooks.lesson import LESSON_FILES, REPOSITORY

SHEETS = sorted((REPOSITORY / "notebooks" / "exercises" / "source").rglob("*.ipynb"))
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\$).+?(?<!\\)\$", re.DOTALL)
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def page(*cells):
    return LessonPage().from_notebook_node(new_notebook(cells=list(cells)))[0]


@pytest.mark.parametrize("path", [*LESSON_FILES, *SHEETS], ids=lambda path: path.stem)
def test_each_formula_of_the_course_is_set_without_a_script(path):
    exporter, context = Exporter(template_name="page"), {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            html = exporter.markdown2html(context, cell.source)
            assert html.count("<math") == len(FORMULA.findall(CODE.sub("", cell.source)))


def test_a_formula_is_set_in_its_line_or_on_one_of_its_own():
    html = page(new_markdown_cell("Divide by $\\sqrt{E}$:\n\n$$\\frac{QK^\\top}{\\sqrt{E}}$$"))
    assert html.count("<math") == 2 and html.count('display="block"') == 1
    assert "<msqrt>" in html and "<mfrac>" in html and "$" not in html


def test_what_is_no_formula_is_an_error_that_names_it():
    with pytest.raises(CourseError, match=r"expected a formula in LaTeX, got '\\\\frac\{1'"):
        page(new_markdown_cell("$\\frac{1$"))


def test_a_figure_of_a_page_has_the_words_that_its_output_stores():
    words = 'Map of 2 x 2 numbers; largest in row "a" < 1'
    output = new_output("display_data", {"image/png": DOT}, metadata={"image/png": {"alt": words}})
    html = page(new_code_cell("plt.show()", outputs=[output]))
    assert [image["alt"] for image in BeautifulSoup(html, "html.parser").select("img")] == [words]


def test_a_page_loads_nothing():
    html = page(new_markdown_cell("# A lesson\n\n$x$"), new_code_cell("1"))
    assert re.findall(r"<(?:script|link|iframe|img)\b[^>]*", html) == []
