"""What the site asks of Sphinx beside its own: formulas as MathML, the words of figures, predictions that stand out.

Docstrings are Markdown, of which reStructuredText reads nearly all.
"""

import re
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from course_lib.workshop.present.exporter import mathml

QUOTED = re.compile(r"(`[^`]+`)(\w?)")


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it reads its configuration."""
    app.add_html_math_renderer("mathml", (set_inline, None), (set_block, None))
    app.connect("doctree-read", describe_figures)
    app.connect("doctree-read", mark_predictions)
    app.connect("html-page-context", rank_captions, priority=900)  # when the theme has made its sidebar
    app.connect("autodoc-process-docstring", as_restructured_text)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def set_inline(writer: Any, node: nodes.math) -> None:
    """A formula within a line."""
    writer.body.append(mathml(node.astext(), displaystyle=False))
    raise nodes.SkipNode


def set_block(writer: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    writer.body.append(f'<div class="formula">{mathml(node.astext(), displaystyle=True)}</div>\n')
    raise nodes.SkipNode


def describe_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Give each figure of a notebook the text alternative that its output stores."""
    path = app.env.doc2path(app.env.docname)
    if path.suffix == ".ipynb":
        outputs = [node for node in doctree.findall(nodes.container) if "cell_output" in node["classes"]]
        figures = [image for output in outputs for image in output.findall(nodes.image)]
        for image, alt in zip(figures, alternatives(nbformat.read(path, as_version=4)), strict=True):
            image["alt"] = alt


def alternatives(notebook: nbformat.NotebookNode) -> list[str]:
    """The text alternatives of all figures of a notebook, in their order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    figures = [output for output in outputs if "image/png" in output.get("data", {})]
    return [output.metadata.get("image/png", {}).get("alt", "") for output in figures]


def mark_predictions(app: Sphinx, doctree: nodes.document) -> None:
    """Let questions to the reader look as they do in the decks."""
    for paragraph in doctree.findall(nodes.paragraph):
        if any(text.astext().startswith(("Predict", "On paper")) for text in paragraph.findall(nodes.emphasis)):
            paragraph["classes"].append("predict")


def rank_captions(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Say of which level the headings of the sidebar are; Sphinx makes headings without one."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def as_restructured_text(app: Sphinx, what: str, name: str, thing: object, options: Any, lines: list[str]) -> None:
    """Let a docstring be read as it is meant: a letter may follow what is quoted, and bars are bars."""
    lines[:] = [QUOTED.sub(separate, line.replace("|", r"\|")) for line in lines]


def separate(quoted: re.Match) -> str:
    """What is quoted, with its bars as they were, and apart from a letter behind it."""
    return quoted[1].replace(r"\|", "|") + (rf"\ {quoted[2]}" if quoted[2] else "")
