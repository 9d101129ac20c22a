"""`course renumber` on a made-up course, in which "§" stands for the 0 of numbers: its own are not renumbered."""

import pytest

from course_lib.cli import numbering
from course_lib.cli.numbering import apply, find_changes
from course_lib.errors import CourseError
from course_lib.lessons import numbered
from tests.cli.conftest import course as run

BEFORE = {
    "README.md": """
| Lesson | Slides | Minutes |
| --- | --- | --- |
| [§0 Red](notebooks/§0_red.ipynb) | | 10 |

After it, `course check §2`.
""",
    "notebooks/§0_red.ipynb": "Lessons §1 to §3, lessons §1 and §2, or §3. Next: [§1 · Blue](§1_blue.ipynb#a).",
    "notebooks/§1_blue.ipynb": "# §1 · Blue\nLesson §1 has 12.1 of §1.2; see [lesson §3](§3_grey.ipynb).",
    "notebooks/§2_green.ipynb": "# §2 · Greens\nA score of §3.2, in lesson\n§3, §2 times; lesson §1, §3 heads.",
    "notebooks/§3_grey.ipynb": "[§2 · Green](§2_green.ipynb), [pink](pink.ipynb), ![](figures/§3_grey.png)",
    "notebooks/pink.ipynb": "new",
    "notebooks/exercises/source/§3_grey/§3_grey.ipynb": '## §3.1 · One\\ncheck(\\"§3.1\\", 3.11) check-§3-1 3.§3.1',
    "notebooks/exercises/source/§3_grey/picture.bin": b"\xff lesson 3",
    "course_lib/exercises/lesson_§3.py": 'id="§3.1", title="from lesson §1 to exercise §2.1, which takes §2.1 s"',
    "tests/exercises/answers_§3.py": "from course_lib.exercises.lesson_§3 import EXERCISES",
    "tests/exercises/test_checking.py": 'check("§3.1", §3.1)',
    "tests/nn/test_heads.py": 'x = "§3.1"  # not an exercise',
}
LIST = {
    "One": [("red", "Red", 10), ("grey", "Grey", 20, "A slide", "B"), ("pink", "Pink", 5)],
    "Two": [("green", "Green", 45), ("blue", "Blue", 30)],
}
AFTER = {
    "README.md": """
| Lesson | Slides | Minutes |
| --- | --- | --- |
| [§0 Red](notebooks/§0_red.ipynb) | | 10 |
| [§1 Grey](notebooks/§1_grey.ipynb) | A slide, B | 20 |
| [§2 Pink](notebooks/§2_pink.ipynb) | | 5 |
| [§3 Green](notebooks/§3_green.ipynb) | | 45 |
| [§4 Blue](notebooks/§4_blue.ipynb) | | 30 |

After it, `course check §3`.
""",
    "notebooks/§0_red.ipynb": "Lessons §4 to §1, lessons §4 and §3, or §1. Next: [§4 · Blue](§4_blue.ipynb#a).",
    "notebooks/§4_blue.ipynb": "# §4 · Blue\nLesson §4 has 12.1 of §1.2; see [lesson §1](§1_grey.ipynb).",
    "notebooks/§3_green.ipynb": "# §3 · Greens\nA score of §3.2, in lesson\n§1, §2 times; lesson §4, §3 heads.",
    "notebooks/§1_grey.ipynb": "[§3 · Green](§3_green.ipynb), [pink](§2_pink.ipynb), ![](figures/§1_grey.png)",
    "notebooks/§2_pink.ipynb": "new",
    "notebooks/exercises/source/§1_grey/§1_grey.ipynb": '## §1.1 · One\\ncheck(\\"§1.1\\", 3.11) check-§1-1 3.§3.1',
    "notebooks/exercises/source/§1_grey/picture.bin": b"\xff lesson 3",
    "course_lib/exercises/lesson_§1.py": 'id="§1.1", title="from lesson §4 to exercise §3.1, which takes §2.1 s"',
    "tests/exercises/answers_§1.py": "from course_lib.exercises.lesson_§1 import EXERCISES",
    "tests/exercises/test_checking.py": 'check("§1.1", §3.1)',
    "tests/nn/test_heads.py": 'x = "§3.1"  # not an exercise',
}


def written(files):
    """The files with their true names and contents."""
    zero = {name.replace("§", "0"): content for name, content in files.items()}
    return {name: c if isinstance(c, bytes) else c.replace("§", "0").encode() for name, c in zero.items()}


@pytest.fixture
def course(tmp_path):
    """The folder of the course BEFORE."""
    for name, content in written(BEFORE).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_names_references_and_the_table_follow_the_list(course):
    apply(course, find_changes(course, numbered(LIST)))
    assert files_in(course) == written(AFTER)
    assert not (course / "notebooks/exercises/source/03_grey").exists()


def test_the_command_says_what_it_changes_and_which_student_editions_must_be_made_anew(course, monkeypatch):
    monkeypatch.setattr(numbering, "REPOSITORY", course)
    monkeypatch.setattr(numbering, "LESSONS", numbered(LIST))
    release = course / written({"notebooks/exercises/release/§3_grey/§3_grey.ipynb": ""}).popitem()[0]
    release.parent.mkdir(parents=True)
    release.write_text("")
    before = files_in(course)
    assert "\n12 files would change\n" in run("renumber", "--show").stdout
    assert files_in(course) == before
    said = run("renumber").stdout
    assert "\n12 files changed\n" in said
    assert said.endswith(f"course release {1:02}\n")
    assert files_in(course) != before
    assert run("renumber").stdout == "0 files changed\n"


def test_what_is_in_line_stays_as_it_is(course):
    apply(course, find_changes(course, numbered(LIST)))
    assert find_changes(course, numbered(LIST)) == {}


def test_there_and_back_is_nothing(course):
    apply(course, find_changes(course, numbered(LIST)))
    before = files_in(course)
    apply(course, find_changes(course, numbered({"One": LIST["One"][::-1], "Two": LIST["Two"]})))
    assert files_in(course) != before
    apply(course, find_changes(course, numbered(LIST)))
    assert files_in(course) == before


def test_a_reference_to_a_lesson_that_is_gone_is_named_and_nothing_changes(course):
    (course / "notebooks" / "01_blue.ipynb").unlink()
    before = files_in(course)
    with pytest.raises(CourseError, match=f"not there:\n  course_lib/exercises/lesson_03.py: lesson {1:02}\n"):
        find_changes(course, numbered({"One": LIST["One"], "Two": LIST["Two"][:1]}))
    assert files_in(course) == before


def test_a_notebook_without_a_line_and_a_line_without_a_notebook_are_named(course):
    with pytest.raises(CourseError, match="01_blue.ipynb is not in the list of lessons"):
        find_changes(course, numbered({"One": LIST["One"], "Two": LIST["Two"][:1]}))
    with pytest.raises(CourseError, match="expected one notebook for each lesson of the list, got blue, green, grey"):
        find_changes(course, numbered(LIST | {"Three": [("sound", "Sound", 5)]}))
