"""Words that a training had: letters in a row, single digits, single signs; capitals and accents as one writes them."""

import unicodedata

import pytest

from course_lib.data import MetWords
from course_lib.errors import CourseError
from course_lib.files import write_json

MET = MetWords.of(["O gato viu dois peixes.", "Ela tem 7 anos, não 8."])


def test_what_was_met_is_not_missing_whatever_its_capitals():
    assert MET.missing("O GATO tem 7 peixes, não 8.") == []
    assert MET.missing("") == []


def test_missing_words_digits_and_signs_come_once_in_their_order():
    assert MET.missing("Onde: o robô e o robô-gato têm 79 anos?") == ["onde", ":", "robô", "e", "-", "têm", "9", "?"]


def test_an_accent_is_the_same_in_one_sign_or_in_two():
    assert MET.missing(unicodedata.normalize("NFD", "não")) == []
    assert MET.missing("nao") == ["nao"]


def test_saved_words_are_loaded_as_they_were(tmp_path):
    MET.save(tmp_path / MET.file)
    assert MetWords.load(tmp_path / MET.file).words == MET.words


@pytest.mark.parametrize("content", [{}, [1], "gato"])
def test_another_file_is_refused(content, tmp_path):
    write_json(tmp_path / "words.json", content)
    with pytest.raises(CourseError, match="must contain a JSON list of words"):
        MetWords.load(tmp_path / "words.json")
