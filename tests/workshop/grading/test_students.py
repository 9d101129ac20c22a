"""Whoever handed in is one student: by name where it is unique, and by the class list where there is one."""

from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.workshop.grading.students import Owner, by_names, owner_of, plain, read_class

CLASS = """\ufeffName;Moodle;Canvas;user
Ana Silva;;;asilva
Ana Silva Costa;4800;;
Li Wei;4711;;li1
Li Wei;4712;;li2
José Núñez;;90;jn
"""


@pytest.fixture
def class_list(tmp_path):
    """A function that writes a class list and reads it."""

    def read(text=CLASS):
        (tmp_path / "class.csv").write_text(text, encoding="utf-8")
        return read_class(tmp_path / "class.csv")

    return read


def labels(identify, *owners):
    """The label of each owner of a folder."""
    found = identify(owners)
    return [found[owner].label for owner in owners]


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("Ana Silva_4711_assignsubmission_file", ("Ana Silva", "4711")),
        ("Ana Silva_4711_assignsubmission_file_", ("Ana Silva", "4711")),
        ("silvaana_4711_815_03_decoder_layer.ipynb", ("silvaana", "4711")),
        ("silvaana_LATE_4711_815_my work.zip", ("silvaana", "4711")),
        ("Ana Silva", ("Ana Silva", "")),
        ("Jose\u0301", ("José", "")),
    ],
)
def test_names_of_learning_platforms_are_parted_from_their_numbers(name, owner):
    assert owner_of(Path(name)) == owner


def test_who_is_known_by_number_keeps_the_name_when_a_namesake_comes():
    known = {Owner("Li Wei", "4711"): "Li Wei"}
    assert labels(by_names(known), Owner("Li Wei", "4711"), Owner("Li Wei", "4712")) == ["Li Wei", "Li Wei_4712"]
    known[Owner("Li Wei", "4712")] = "Li Wei_4712"
    assert labels(by_names(known), Owner("Li Wei", "4711")) == ["Li Wei"]
    assert labels(by_names(known), Owner("Li Wei", "5000")) == ["Li Wei_5000"]


def test_a_class_list_joins_names_user_names_and_numbers(class_list):
    known = class_list()
    assert known.labels == ["Ana Silva", "Ana Silva Costa", "Li Wei 4711", "Li Wei 4712", "José Núñez"]
    for owner, label in {
        Owner("ana  silva", "999"): "Ana Silva",
        Owner("asilva"): "Ana Silva",
        Owner("silvaana", "12"): "Ana Silva",
        Owner("Silva Costa, Ana"): "Ana Silva Costa",
        Owner("Li Wei", "4712"): "Li Wei 4712",
        Owner("weili", "4711"): "Li Wei 4711",
        Owner("li2"): "Li Wei 4712",
        Owner("nunezjose", "90"): "José Núñez",
        Owner("Ana Silva", "4800"): "Ana Silva",  # Moodle's number of a week may be another student's elsewhere
    }.items():
        assert known.find(owner).label == label, owner


@pytest.mark.parametrize("owner", [Owner("Li Wei"), Owner("Li Wei", "5"), Owner("Ana Silwa"), Owner("Zoe", "4800")])
def test_who_is_nobody_or_several_students_is_named_in_an_error(owner, class_list):
    with pytest.raises(CourseError, match=rf"must have one student for each name, .*{owner}; add the name"):
        class_list().identify([Owner("asilva"), owner])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'must have a column "name", got ""'),
        ("student,id\nana,4\n", 'must have a column "name", got "student,id"'),
        ("id,name\n4,\n", "each student must have a name, got 4"),
        ("name,id\nana,4\nbo,4\n", "must give each id to one student, got 4 for"),
        ("name,id\nana,4\nana,\nana,\n", "must have an id for each of the students called ana"),
    ],
)
def test_a_class_list_that_does_not_tell_students_apart_is_refused(text, said, class_list):
    with pytest.raises(CourseError, match=said):
        class_list(text)


def test_names_in_paths_are_short_and_never_the_same_for_two_students():
    assert plain("Jose\u0301 Núñez") == "José Núñez"
    assert len(plain("x" * 300)) < 80
    assert plain("x" * 300) != plain("x" * 301)
