"""What a room sees at each key: headings, blocks of prose, code and outputs, in the order of the lesson."""

from itertools import cycle

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from course_lib.workshop.present.steps import blocks, lecture_steps


def kinds(*cells):
    return [step.metadata.step.kind for step in lecture_steps(cells)]


def prose(source, kind=None):
    return new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}} if kind else {})


def code(source, *texts):
    """A cell that printed each text, in turns to the one stream and to the other."""
    streams = cycle(["stdout", "stderr"])
    return new_code_cell(source, outputs=[new_output("stream", name=next(streams), text=text) for text in texts])


def test_a_question_its_run_and_its_answer_are_steps_of_their_own():
    cells = prose("## Why?\n\nA guess.\n\n*Predict:* how many?"), code("x = 1", "1", "2"), prose("**Seen:** one.")
    assert kinds(*cells) == ["heading", "prose", "predict", "code", "output", "output", "prose"]


def test_no_step_but_an_output_holds_an_output():
    steps = lecture_steps([code("x = 1", "1", "2")])
    assert [(step.source, [output.text for output in step.outputs]) for step in steps] == [
        ("x = 1", []),
        ("", ["1"]),
        ("", ["2"]),
    ]


def test_what_was_printed_in_one_go_is_one_step():
    cell = code("x = 1", "1\n", "a warning")
    cell.outputs.insert(1, new_output("stream", text="2\n"))
    assert [step.outputs[0].text for step in lecture_steps([cell])[1:]] == ["1\n2\n", "a warning"]
    assert len(cell.outputs) == 3


def test_what_a_lecture_skips_is_a_note():
    cells = prose("# A lesson"), prose("more", "skip"), prose("## Check it"), code("x = 1", "1"), prose("## Use it")
    assert kinds(*cells) == ["heading", "notes", "notes", "notes", "heading"]


def test_what_stands_before_a_heading_belongs_to_the_section_above():
    cells = prose("## Check it"), code("x = 1", "1"), prose("**Seen:** rounding.\n\n## Use it\n\nNow.")
    assert kinds(*cells) == ["notes", "notes", "notes", "heading", "prose"]


def test_each_step_names_its_cell_and_no_two_have_one_id():
    cells = [prose("# A\n\nb\n\nc"), code("x = 1", "1")]
    steps = lecture_steps(cells)
    assert [step.metadata.step.cell for step in steps] == [cells[0].id] * 3 + [cells[1].id] * 2
    assert len({step.id for step in steps}) == 5


def test_what_is_shown_takes_its_time_and_what_is_skipped_takes_none():
    cells = [prose("# A\n\n" + "word " * 53), code("x = 1\ny = 2", "1"), prose("left out", "skip")]
    seconds = [step.metadata.step.seconds for step in lecture_steps(cells)]
    assert all(seconds[:3]) and seconds[3:] == [0, 0]


def test_a_heading_within_a_cell_is_a_block():
    assert blocks("end\n\n## Next\ntext\nmore") == ["end", "## Next", "text\nmore"]


def test_what_follows_a_colon_stays_with_its_paragraph():
    assert blocks("two:\n\n- a\n\n- b\n\nafter") == ["two:\n\n- a\n\n- b", "after"]
    assert blocks("this:\n\n$$x$$\n\nthat:\n\n## Next") == ["this:\n\n$$x$$", "that:", "## Next"]


def test_code_and_formulas_are_not_cut():
    fenced = "```\n# no heading\n\nx\n```"
    formula = "$$\na\n\nb\n$$"
    assert blocks(f"{fenced}\n\n{formula}\n\nend") == [fenced, formula, "end"]
