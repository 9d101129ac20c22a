"""The tables: what they give, and how they complain."""

import shutil

import pytest

from course_lib.errors import CourseError
from course_lib.world import LEXICON
from course_lib.world.language.lexicon import TABLES, Lexicon


@pytest.fixture
def tables(tmp_path):
    """A copy of the tables that a test may spoil."""
    return shutil.copytree(TABLES, tmp_path / "tables")


def spoil(tables, name, old, new):
    """Replace the first `old` in a table by `new`."""
    path = tables / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_empty_cells_are_filled_by_rule_and_others_kept():
    lion, letter = LEXICON.entry("nouns", "leão"), LEXICON.entry("nouns", "homem")
    assert (lion.plural, lion.english_plural) == ("leões", "lions")
    assert (letter.plural, letter.english_plural) == ("homens", "men")
    assert LEXICON.entry("verbs", "fazer").past[0] == "fiz"


def test_kinds_may_be_categories_tags_and_single_nouns():
    assert {noun.word for noun in LEXICON.entry("verbs", "assar").objects} == {"bolo", "biscoito", "pão"}
    assert all("clothes" in noun.kinds for noun in LEXICON.entry("verbs", "usar").objects)


@pytest.mark.parametrize(
    "name, old, new, complaint",
    [
        ("nouns.csv", "homem,,m,", "homem,,x,", "nouns.csv, line 2: gender must be one of 'm', 'f', got 'x'"),
        ("nouns.csv", "mulher,,f,woman", "mulher,,f,", "nouns.csv, line 3: english must be a word, got ''"),
        ("nouns.csv", "menino,,m", "homem,,m", "nouns.csv: each word must occur once, but 'homem' occurs 2 times"),
        ("nouns.csv", "homem,,m,man", "homem,,man", "nouns.csv, line 2: a line must have 9 cells"),
        ("verbs.csv", "leio lê lemos leem", "leio lê lemos", "present must be 4 forms, got 'leio lê lemos'"),
        ("verbs.csv", "escrever,", "escrevo,", "word must be an infinitive"),
        ("verbs.csv", "bolo biscoito pão", "bolo biscoito pao", "'pao' is none of them"),
        ("verbs.csv", "habit past", "habits past", "tenses must be space-separated values from 'habit'"),
        ("adjectives.csv", "red,colour", "red,color", "kind must be one of 'colour'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line_and_value(tables, name, old, new, complaint):
    spoil(tables, name, old, new)
    with pytest.raises(CourseError) as error:
        Lexicon(tables)
    assert complaint in str(error.value)


def test_a_missing_table_is_named(tables):
    (tables / "times.csv").unlink()
    with pytest.raises(CourseError, match="times.csv is missing"):
        Lexicon(tables)


def test_an_unknown_entry_is_named():
    with pytest.raises(CourseError, match="'dragão' is not among the nouns"):
        LEXICON.entry("nouns", "dragão")


def test_a_new_word_can_be_used_at_once(tables):
    with open(tables / "nouns.csv", "a", encoding="utf-8") as file:
        file.write("baleia,,f,whale,,animal,wild,public,\n")
    extended = Lexicon(tables)
    assert extended.entry("nouns", "baleia") in extended.entry("verbs", "desenhar").objects
