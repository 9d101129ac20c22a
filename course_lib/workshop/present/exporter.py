"""From a notebook to HTML that needs no network: formulas are MathML Core, and figures have their text alternatives.

`Exporter` is nbconvert's; what is shared by pages and decks is here, what they look like in `templates`.
Source: W3C, "MathML Core"; WCAG 2.2, success criterion 1.1.1.
"""

from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from course_lib.errors import CourseError

TEMPLATES = Path(__file__).parent / "templates"


class Exporter(HTMLExporter):
    """nbconvert's, with formulas that browsers set by themselves; a subclass names its template."""

    def __init__(self, **options: Any):
        folders = [str(TEMPLATES)]
        super().__init__(extra_template_basedirs=folders, extra_template_paths=folders, **options)

    @pass_context
    def markdown2html(self, context: Context, source: str) -> str:
        """The filter that the templates apply to prose. Raises CourseError for a formula that is none."""
        attachments = context.get("cell", {}).get("attachments", {})
        return MarkdownWithMath(self.renderer(attachments)).render(source)

    def renderer(self, attachments: dict) -> "ProseWithFormulas":
        """What makes HTML of prose; `attachments` are the pictures that a cell brings along."""
        return ProseWithFormulas(attachments=attachments, escape=False)


class LessonPage(Exporter):
    """A notebook as one page to read."""

    def __init__(self, **options: Any):
        super().__init__(template_name="page", **options)


class ProseWithFormulas(IPythonRenderer):
    """nbconvert's renderer of prose, but for the formulas, which it would leave to a script."""

    def inline_math(self, body: str) -> str:
        return mathml(body, displaystyle=False)

    def block_math(self, body: str) -> str:
        return mathml(body, displaystyle=True)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", displaystyle=True)


def mathml(latex: str, displaystyle: bool) -> str:
    """A formula as `<math>`, on a line of its own or within one. Raises CourseError where it can't be read."""
    try:
        return LatexToMathML().convert_with_local_state(latex, displaystyle=displaystyle)
    except LatexError as error:
        raise CourseError(f"expected a formula in LaTeX, got {latex!r}: {error}") from None
