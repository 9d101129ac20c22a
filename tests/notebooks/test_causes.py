"""No because without its control: each sentence that names a cause says what backs it, and every rule can fail."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks import causes
from tests.notebooks.causes import RULES, backings
from tests.notebooks.lesson import LESSON_FILES, Lesson, lesson_at


@pytest.mark.house
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSON_FILES, ids=lambda path: path.stem)
def test_every_lesson_backs_its_causes(path, rule):
    assert not list(rule(lesson_at(path), backings(path.stem.partition("_")[2])))


def lesson(tmp_path, prose):
    made = Lesson(tmp_path / LESSON_FILES[1].name)
    run = new_code_cell("1", id="ran", outputs=[new_output("stream", text="1")])
    made.__dict__["notebook"] = new_notebook(cells=[new_markdown_cell(prose), run, new_code_cell("2", id="silent")])
    return made


@pytest.mark.parametrize("word", ["because", "since", "due to", "which is why", "leads to"])
def test_a_sentence_with_a_word_of_cause_is_found_whole(tmp_path, word):
    prose = f"## Why\nIt is *so* much.\n\nIt falls {word}\nthat. It stays; so they say.\n\n```\nbecause\n```"
    assert list(causes.causes(lesson(tmp_path, prose))) == [
        ("Why", f"It falls {word} that."),
        ("Why", "It stays; so they say."),
    ]


KEPT = {
    "has_each_cause_in_the_list": ("It falls, so it is.", {"It falls, so it is.": "reasoning"}),
    "backs_each_cause": ("It falls, so it is.", {"It falls, so it is.": "run ran"}),
    "links_each_source": ("See [it](a.md).\n\nIt falls, so it is.", {"It falls, so it is.": "source"}),
    "words_guesses_as_such": ("It falls, so it may be.", {"It falls, so it may be.": "guess"}),
}
BROKEN = [
    ("has_each_cause_in_the_list", "It falls, so it is.", {}),
    ("has_each_cause_in_the_list", "It falls.", {"It falls, so it is.": "reasoning"}),
    ("backs_each_cause", "It falls, so it is.", {"It falls, so it is.": "run silent"}),
    ("backs_each_cause", "It falls, so it is.", {"It falls, so it is.": "run"}),
    ("backs_each_cause", "It falls, so it is.", {"It falls, so it is.": "study nobody_made_it"}),
    ("backs_each_cause", "It falls, so it is.", {"It falls, so it is.": "hearsay"}),
    ("links_each_source", "It falls, so it is.", {"It falls, so it is.": "source"}),
    ("words_guesses_as_such", "It falls, so it is.", {"It falls, so it is.": "guess"}),
    ("words_guesses_as_such", "## Takeaways\nIt falls, so it may be.", {"It falls, so it may be.": "guess"}),
    ("words_guesses_as_such", "It falls.", {f"{n}, so it may be.": "guess" for n in range(4)}),
]


@pytest.mark.parametrize("rule", KEPT)
def test_a_rule_is_kept(tmp_path, rule):
    prose, listed = KEPT[rule]
    assert not list(getattr(causes, rule)(lesson(tmp_path, prose), listed))


@pytest.mark.parametrize(("rule", "prose", "listed"), BROKEN)
def test_a_rule_is_broken(tmp_path, rule, prose, listed):
    assert list(getattr(causes, rule)(lesson(tmp_path, prose), listed))
