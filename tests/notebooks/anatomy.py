"""The rules of a lesson. Each takes a `Lesson` and yields what is wrong with it, in words for its author."""

import re

import nbformat

from course_lib.workshop.notebooks import is_stale
from course_lib.workshop.present import time_needed
from course_lib.workshop.viz.alt_text import MOST
from tests.notebooks.lesson import number, tags

FEWEST = 30  # characters about a figure
KNOWN_TAGS = {"nbval-ignore-output"}


def is_a_valid_notebook(lesson):
    try:
        nbformat.validate(lesson.notebook)
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error.message}"


def runs_on_the_kernel_python3(lesson):
    kernel = lesson.notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield f"the kernel is {kernel}, not python3"


def was_run_from_top_to_bottom(lesson):
    counts = [cell.execution_count for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the code cells count {counts}, not 1 to {len(counts)}: run `make refresh`"


def stores_outputs_of_the_code_that_it_has(lesson):
    if is_stale(lesson.notebook):
        yield f"its code has changed: run `make refresh NOTEBOOK={lesson.path}`, or see what `make green` says"


def stores_no_errors(lesson):
    """Not even wanted ones: a traceback names folders of the machine. Catch the error, and print its message."""
    for cell, output in lesson.outputs:
        if output.output_type == "error":
            yield f"{number(cell)} stores a {output.ename}"


def stores_no_warnings(lesson):
    for cell, output in lesson.outputs:
        if output.get("name") == "stderr":
            yield f"{number(cell)} stores a message on stderr: {output.text.strip()[:80]}"


def stores_no_progress_bars(lesson):
    for cell, output in lesson.outputs:
        if re.search(r"\d%\|.*\d/\d|\r", output.get("text", "")):
            yield f"{number(cell)} stores a progress bar"


def stores_no_widgets_and_no_timestamps(lesson):
    if "widgets" in lesson.notebook.metadata:
        yield "the notebook stores the state of widgets"
    for cell in lesson.code:
        if "execution" in cell.metadata:
            yield f"{number(cell)} stores the time of its run: run `make refresh`"
    for cell, output in lesson.outputs:
        if any("widget" in kind for kind in output.get("data", {})):
            yield f"{number(cell)} stores a widget"


def uses_known_tags_only(lesson):
    for cell in lesson.cells:
        for tag in set(tags(cell)) - KNOWN_TAGS:
            yield f"unknown tag {tag!r}: nbval would ignore it"


def hides_no_output_with_a_semicolon(lesson):
    for cell in lesson.code:
        if cell.source.rstrip().endswith(";"):
            yield f"{number(cell)} ends with a semicolon: end a figure with plt.show()"


def opens_with_its_card(lesson):
    card = lesson.cells[0]
    if card.cell_type != "markdown" or not card.source.startswith("# "):
        yield "the first cell must be prose that starts with the title: # ..."
    for what in ("slides", "builds on"):
        if what not in card.source.lower():
            yield f"the first cell does not say: {what}"
    if not time_needed(lesson.notebook):
        yield "the first cell does not say how long the lesson takes: **Time:** ..."


def says_what_you_will_be_able_to_do(lesson):
    opening = [cell.source for cell in lesson.cells[:3] if cell.cell_type == "markdown"]
    if not any("you will be able to" in text.lower() for text in opening):
        yield 'no "You will be able to" in the first three cells'


def closes_with_references(lesson):
    if not any(re.search(r"^#+ .*references", cell.source, re.I | re.M) for cell in lesson.prose[-2:]):
        yield "no heading References in the last two prose cells"


def has_an_outline(lesson):
    """One title, and no level skipped, so that the table of contents of JupyterLab is an outline."""
    levels = [
        len(marks)
        for cell in lesson.prose
        for marks in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", cell.source, flags=re.S), re.M)
    ]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} titles (#); one is expected"
    for above, below in zip(levels, levels[1:], strict=False):
        if below > above + 1:
            yield f"a heading of level {below} follows one of level {above}"


def has_png_pictures_only(lesson):
    kinds = {kind for _, output in lesson.outputs for kind in output.get("data", {})}
    kinds |= {kind for cell in lesson.cells for file in cell.get("attachments", {}).values() for kind in file}
    for kind in sorted(kinds):
        if kind.startswith("image/") and kind != "image/png":
            yield f"a picture is {kind}, not image/png"


def describes_its_figures(lesson):
    """In a sentence or three, as `viz.alt_text` writes them, and no two of them alike."""
    told = {}
    for cell, output in lesson.outputs:
        if "image/png" in output.get("data", {}):
            words = output.metadata.get("image/png", {}).get("alt", "")
            if not FEWEST <= len(words) <= MOST:
                yield f"{number(cell)} has a figure with {len(words)} characters about it, not {FEWEST} to {MOST}"
            elif words in told:
                yield f"{number(cell)} says of its figure what {told[words]} says of another one"
            told[words] = number(cell)


def shows_nothing_from_elsewhere(lesson):
    for target in lesson.images:
        if re.match(r"https?:|//", target):
            yield f"a picture comes from elsewhere: {target}"
    for cell, output in lesson.outputs:
        html = str(output.get("data", {}).get("text/html", ""))
        if re.search(r"\bsrc\s*=\s*[\"']?(https?:)?//|<link\b", html, re.IGNORECASE):
            yield f"{number(cell)} shows something that comes from elsewhere"


def has_links_that_lead_somewhere(lesson):
    for target in lesson.links + lesson.images:
        file = target.partition("#")[0]
        if file and not re.match(r"\w+:", file) and not (lesson.path.parent / file).exists():
            yield f"a link leads nowhere: {target}"


RULES = [
    is_a_valid_notebook,
    runs_on_the_kernel_python3,
    was_run_from_top_to_bottom,
    stores_outputs_of_the_code_that_it_has,
    stores_no_errors,
    stores_no_warnings,
    stores_no_progress_bars,
    stores_no_widgets_and_no_timestamps,
    uses_known_tags_only,
    hides_no_output_with_a_semicolon,
    opens_with_its_card,
    says_what_you_will_be_able_to_do,
    closes_with_references,
    has_an_outline,
    has_png_pictures_only,
    describes_its_figures,
    shows_nothing_from_elsewhere,
    has_links_that_lead_somewhere,
]
