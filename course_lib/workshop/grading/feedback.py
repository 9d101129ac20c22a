"""The feedback page of a submission: nothing in it runs, and it loads nothing from elsewhere.

What a student wrote comes into the page as text, pictures and harmless HTML; formulas become MathML.
Source: bleach, https://bleach.readthedocs.io; W3C, "Content Security Policy Level 3".
"""

from html import escape
from secrets import token_hex

from bleach import clean
from jinja2 import pass_context
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import Bool

from course_lib.workshop.grading.page import POLICY
from course_lib.workshop.grading.reading import whole_characters

TAGS = [
    *("a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "hr", "i", "img", "kbd"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "summary"),
    *("sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
]
STYLE = "td, th { padding: .1em .6em } summary { display: list-item }"
MOST_HTML = 500_000  # characters; to clean them takes two seconds
LINKS = "http://", "https://", "mailto:", "#", "../"


def is_allowed(tag, name, value):
    """Whether an attribute stays: pictures that are in the page itself, links, and the form of tables."""
    if tag == "img":
        return name == "alt" or name == "src" and value.startswith("data:image/")
    if tag == "a":
        return name == "href" and value.startswith(LINKS)
    return tag in ("td", "th") and name in ("align", "colspan", "rowspan")


def harmless(html):
    """HTML of which only the tags and attributes are left that can't do or load anything."""
    text = "".join(html)
    if len(text) > MOST_HTML:
        return f"<p>({len(text):,} characters of HTML are not shown)</p>"
    return clean(text, tags=TAGS, attributes=is_allowed, protocols=["http", "https", "mailto", "data"], strip=True)


class Prose(IPythonRenderer):
    """nbconvert's renderer of Markdown; formulas are put aside, so that nothing a student wrote passes for one."""

    def __init__(self, **options):
        super().__init__(escape=False, exclude_anchor_links=True, **options)
        self.mark, self.formulas = token_hex(), []

    def aside(self, latex, display):
        """Keep a formula, and leave a mark in its place."""
        self.formulas.append(mathml(latex, display))
        return f"{self.mark}-{len(self.formulas) - 1}-"

    def inline_math(self, body):
        return self.aside(body, False)

    def block_math(self, body):
        return self.aside(body, True)

    def latex_environment(self, name, body):
        return self.aside(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def image(self, text, url, title=None):
        if url.startswith("attachment:") and url.partition(":")[2] not in self.attachments:
            return f"<p>{escape(text)} (this picture is missing)</p>"
        return super().image(text, url, title)

    def page_of(self, source):
        """The HTML of Markdown."""
        html = harmless(MarkdownWithMath(self).render(source))
        for number, formula in enumerate(self.formulas):
            html = html.replace(f"{self.mark}-{number}-", formula)
        return html


def mathml(latex, display):
    """A formula as MathML, or as its text where it is none."""
    try:
        return LatexToMathML().convert_with_local_state(latex, displaystyle=display)
    except LatexError:
        return f"<code>{escape(latex)}</code>"


class FeedbackPage(HTMLExporter):
    """nbgrader's page of feedback, without scripts, and with a policy that forbids them."""

    @pass_context
    def markdown2html(self, context, source):
        """The filter that the template applies to prose."""
        return Prose(attachments=context.get("cell", {}).get("attachments", {})).page_of(source)

    def from_notebook_node(self, nb, resources=None, **settings):
        """The page of a notebook."""
        nb.metadata.pop("widgets", None)
        html, resources = super().from_notebook_node(nb, resources, **settings)
        return with_policy(html), resources


def with_policy(html):
    """A page without the scripts of its template, and with a policy, and styles that this template lacks."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "html.parser")
    for script in page("script"):
        script.decompose()
    policy = page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": POLICY})
    style = page.new_tag("style")
    style.string = STYLE
    page.head.insert(0, policy)
    page.head.insert(0, page.head.find("meta", charset=True))
    page.head.append(style)
    return str(page)


class HarmlessOutputs(SanitizeHTML):
    """Outputs and raw cells without HTML that does or loads something; prose is cleaned when it has become HTML."""

    enabled = Bool(True)

    def sanitize_html_tags(self, html_str):
        return harmless(html_str)

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "markdown":
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


class WholeCharacters(NbGraderPreprocessor):
    """Replaces half characters in what a notebook shows, which no file in UTF-8 can hold."""

    def preprocess(self, nb, resources):
        from nbformat import from_dict

        return from_dict(whole_characters(nb)), resources


def pages():
    """The steps that make a page of feedback."""
    return [GetGrades, HarmlessOutputs, CSSHTMLHeaderPreprocessor]
