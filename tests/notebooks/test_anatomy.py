"""Every lesson follows every rule; and every rule can fail: each is shown a notebook that breaks it alone."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.workshop.notebooks import tidy
from tests.notebooks import anatomy
from tests.notebooks.anatomy import RULES
from tests.notebooks.lesson import LESSON_FILES, REPOSITORY, Lesson, lesson_at

SHEETS = sorted((REPOSITORY / "notebooks" / "exercises").glob("*/[0-9]*/*.ipynb"))

CARD = "# Attention heads\nSlides: Multiple Attention Heads. Builds on: nothing. **Time:** 40 minutes"


def name(thing):
    return getattr(thing, "stem", None) or thing.__name__


@pytest.mark.parametrize("path", LESSON_FILES, ids=name)
def test_every_lesson_follows_every_rule(path):
    assert [(rule.__name__, wrong) for rule in RULES for wrong in rule(lesson_at(path))] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_the_figures_of_every_sheet_of_exercises_are_described(path):
    assert not list(anatomy.describes_its_figures(lesson_at(path)))


def good_notebook():
    """A small notebook that follows every rule."""
    code = [new_code_cell("print(1)", outputs=[stream("1\n")]), new_code_cell("1 + 1")]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
    texts = [
        CARD,
        "You will be able to count.",
        "## Setup\nFirst.",
        "See [this lesson](lesson.ipynb).",
        "## References",
    ]
    prose = [new_markdown_cell(text) for text in texts]
    kernel = {"name": "python3", "display_name": "Python 3"}
    return tidy(new_notebook(cells=prose[:3] + code + prose[3:], metadata={"kernelspec": kernel}))[0]


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def picture(kind, content="AAAA"):
    return new_output("display_data", data={kind: content, "text/plain": "a picture"})


def figure(words):
    return new_output("display_data", data={"image/png": "AAAA"}, metadata={"image/png": {"alt": words}})


def add_text(text):
    return lambda notebook: notebook.cells.insert(-1, new_markdown_cell(text))


def add_output(output):
    return lambda notebook: notebook.cells[3].outputs.append(output)


def add_figures(*alternatives):
    return lambda notebook: notebook.cells[3].outputs.extend(map(figure, alternatives))


def set_source(index, source):
    return lambda notebook: notebook.cells[index].update(source=source)


def run_with(source):
    return lambda notebook: (set_source(4, source)(notebook), tidy(notebook))


def set_metadata(index, **metadata):
    return lambda notebook: notebook.cells[index].metadata.update(metadata)


BREAKS = [
    (anatomy.is_a_valid_notebook, lambda notebook: notebook.cells[0].update(color="red")),
    (anatomy.runs_on_the_kernel_python3, lambda notebook: notebook.metadata.kernelspec.update(name="my-env")),
    (anatomy.was_run_from_top_to_bottom, lambda notebook: notebook.cells[4].update(execution_count=7)),
    (anatomy.was_run_from_top_to_bottom, lambda notebook: notebook.cells[4].update(execution_count=None)),
    (anatomy.stores_no_errors, add_output(new_output("error", ename="KeyError", evalue="1", traceback=[]))),
    (anatomy.stores_no_warnings, add_output(stream("UserWarning: old\n", name="stderr"))),
    (anatomy.stores_no_progress_bars, add_output(stream(" 40%|####      | 4/10 [00:01<00:02, 3.5it/s]"))),
    (
        anatomy.stores_no_widgets_and_no_timestamps,
        set_metadata(3, execution={"iopub.execute_input": "today"}),
    ),
    (
        anatomy.stores_no_widgets_and_no_timestamps,
        add_output(picture("application/vnd.jupyter.widget-view+json")),
    ),
    (anatomy.uses_known_tags_only, set_metadata(3, tags=["nbval-ignore-outputs"])),
    (anatomy.hides_no_output_with_a_semicolon, run_with("plt.plot([1, 2]);")),
    (anatomy.stores_outputs_of_the_code_that_it_has, set_source(4, "1 + 2")),
    (anatomy.opens_with_its_card, set_source(0, CARD.replace("Time", "Minutes"))),
    (anatomy.opens_with_its_card, set_source(0, CARD.replace("Slides", "Pages"))),
    (anatomy.opens_with_its_card, set_source(0, CARD.replace("Builds on", "After"))),
    (anatomy.says_what_you_will_be_able_to_do, set_source(1, "This lesson counts.")),
    (anatomy.closes_with_references, set_source(6, "## Takeaways")),
    (anatomy.has_an_outline, add_text("#### Four levels down")),
    (anatomy.has_an_outline, add_text("# A second title")),
    (anatomy.has_png_pictures_only, add_output(picture("image/svg+xml", "<svg/>"))),
    (anatomy.describes_its_figures, add_output(picture("image/png"))),
    (anatomy.describes_its_figures, add_figures("Picture of 7 x 5 pixels")),
    (anatomy.describes_its_figures, add_figures("word " * 61)),
    (anatomy.describes_its_figures, add_figures(*2 * ["Table of 7 x 5 zeros and ones, with 25 ones"])),
    (anatomy.shows_nothing_from_elsewhere, add_text("![a head](https://example.org/head.png)")),
    (anatomy.shows_nothing_from_elsewhere, add_text('<img width="9" src="https://example.org/head.png">')),
    (
        anatomy.shows_nothing_from_elsewhere,
        add_output(picture("text/html", '<script src="https://example.org/d3.js">')),
    ),
    (anatomy.has_links_that_lead_somewhere, add_text("Next: [masks](02_masks.ipynb#causal)")),
    (anatomy.has_links_that_lead_somewhere, add_text("![a head](head.png)")),
]


def broken_rules(notebook, folder):
    path = folder / "lesson.ipynb"
    nbformat.write(notebook, path)
    return [rule for rule in RULES if list(rule(Lesson(path)))]


def test_a_good_notebook_breaks_no_rule(tmp_path):
    assert broken_rules(good_notebook(), tmp_path) == []


@pytest.mark.filterwarnings("ignore:Notebook JSON:UserWarning")
@pytest.mark.parametrize(("rule", "spoil"), BREAKS, ids=[name(rule) for rule, _ in BREAKS])
def test_a_spoiled_notebook_breaks_just_the_rule(rule, spoil, tmp_path):
    notebook = good_notebook()
    spoil(notebook)
    assert broken_rules(notebook, tmp_path) == [rule]


def test_every_rule_has_a_notebook_that_breaks_it():
    assert {rule for rule, _ in BREAKS} == set(RULES)
