"""The heads of a sheet's exercises are told in its first cell and in its lesson."""

from nbformat.v4 import new_markdown_cell, new_notebook

from course_lib.workshop.grading.heads import Head, count_in_sheet, heads_in, list_in_lesson

FIRST = "# 07: exercises\n\nNine exercises to [lesson 07](a.ipynb), about 99 minutes, and an open task."
ASKED = [
    "## 07.1 · Which head?\n\n★☆☆ · 5 minutes · read a figure · *read*, *say*\n\nLook.",
    "## 07.2 · A score\n\n★★☆ · 12 minutes · derive by hand · *derive*",
]
LINES = """1. **Which head?** Read a figure, 5 minutes, ★☆☆; *read*, *say*
2. **A score.** Derive by hand, 12 minutes, ★★☆; *derive*"""


def notebook(*texts):
    return new_notebook(cells=[new_markdown_cell(text) for text in texts])


def texts(notebook):
    return [cell.source for cell in notebook.cells]


def test_a_head_has_all_that_is_asked_of_an_exercise():
    heads = heads_in(notebook(FIRST, *ASKED))
    assert heads[0] == Head("07.1", "Which head?", "★☆☆", 5, "read a figure", ("read", "say"))


def test_the_first_cell_says_how_many_there_are_and_how_long_they_take():
    sheet = notebook(FIRST, *ASKED)
    count_in_sheet(sheet)
    assert texts(sheet)[0] == FIRST.replace("Nine", "Two").replace("99", "17")


def test_the_lesson_lists_them_whatever_it_listed_before():
    for before in ("", "\n\n1. **An old one.** Before.", "\n\n1. **An old one.** Before.\n2. **Another.**"):
        lesson = notebook("**Time:** 60 minutes; exercises 99 minutes", f"## Exercises\n\nTry them:{before}")
        list_in_lesson(lesson, notebook(FIRST, *ASKED))
        assert texts(lesson) == ["**Time:** 60 minutes; exercises 17 minutes", f"## Exercises\n\nTry them:\n\n{LINES}"]
