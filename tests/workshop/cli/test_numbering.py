"""`course renumber` on a made-up course, in which "§" stands for the 0 of numbers: its own are not renumbered."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.utils import compute_checksum

from course_lib.errors import CourseError
from course_lib.workshop.cli import numbering
from course_lib.workshop.cli.numbering import apply, find_changes
from course_lib.workshop.grading.versions import STAMP, digest, key_of
from course_lib.workshop.lessons import numbered
from tests.workshop.cli.conftest import course as run
from tests.workshop.grading.small_course import known, write

BEFORE = {
    "README.md": """
| Lesson | Slides |
| --- | --- |
| [§0 Red](notebooks/§0_red.ipynb) | |

After it, `course check §2`, or `course start --update §2`.
""",
    "CHANGELOG.md": "Lesson §1 was lesson §2.",
    "notebooks/mine/§1_blue_today.ipynb": "My notes on lesson §1.",
    "notebooks/§0_red.ipynb": "Lessons §1 to §3, lessons §1 and §2, or §3. Next: [§1 · Blue](§1_blue.ipynb#a).",
    "notebooks/§1_blue.ipynb": "# §1 · Blue\nLesson §1 has 12.1 of §1.2; see [lesson §3](§3_grey.ipynb).",
    "notebooks/§2_green.ipynb": "# §2 · Greens\nIt is §3.2, in lesson\n§3, §2 times; lesson §1, §3 heads, lesson §3.6",
    "notebooks/§3_grey.ipynb": "[§2 · Green](§2_green.ipynb), [pink](pink.ipynb), ![](figures/§3_grey.png)",
    "notebooks/pink.ipynb": "new",
    "notebooks/exercises/source/§3_grey/§3_grey.ipynb": '## §3.1 · One\\ncheck(\\"§3.1\\", 3.11) check-§3-1 3.§3.1',
    "notebooks/exercises/source/§3_grey/picture.bin": b"\xff lesson 3",
    "course_lib/workshop/exercises/lesson_§3.py": 'id="§3.1", title="from lesson §1 '
    'to exercise §2.1, which takes §2.1 s"',
    "course_lib/workshop/exercises/lesson_§3.toml": '["§3.1"] # One; in §3.2, §3.0, figsize=(§3.5, 2)',
    "tests/workshop/exercises/answers_§3.py": "from course_lib.workshop.exercises.lesson_§3 import EXERCISES",
    "tests/workshop/exercises/test_checking.py": 'check("§3.1", §3.1)',
    "tests/workshop/cli/test_exercises.py": 'course("check", "§3"); "§3.1"; lesson §3; §3_grey.ipynb',
    "course_lib/workshop/cli/lessons.py": "course run §3",
}
LIST = {
    "One": [("red", "Red"), ("grey", "Grey", "A slide", "B"), ("pink", "Pink")],
    "Two": [("green", "Green"), ("blue", "Blue")],
}
AFTER = {
    "README.md": """
| Lesson | Slides |
| --- | --- |
| [§0 Red](notebooks/§0_red.ipynb) | |
| [§1 Grey](notebooks/§1_grey.ipynb) | A slide, B |
| [§2 Pink](notebooks/§2_pink.ipynb) | |
| [§3 Green](notebooks/§3_green.ipynb) | |
| [§4 Blue](notebooks/§4_blue.ipynb) | |

After it, `course check §3`, or `course start --update §3`.
""",
    "CHANGELOG.md": "Lesson §1 was lesson §2.",
    "notebooks/mine/§1_blue_today.ipynb": "My notes on lesson §1.",
    "notebooks/§0_red.ipynb": "Lessons §4 to §1, lessons §4 and §3, or §1. Next: [§4 · Blue](§4_blue.ipynb#a).",
    "notebooks/§4_blue.ipynb": "# §4 · Blue\nLesson §4 has 12.1 of §1.2; see [lesson §1](§1_grey.ipynb).",
    "notebooks/§3_green.ipynb": "# §3 · Greens\nIt is §3.2, in lesson\n§1, §2 times; lesson §4, §3 heads, lesson §3.6",
    "notebooks/§1_grey.ipynb": "[§3 · Green](§3_green.ipynb), [pink](§2_pink.ipynb), ![](figures/§1_grey.png)",
    "notebooks/§2_pink.ipynb": "new",
    "notebooks/exercises/source/§1_grey/§1_grey.ipynb": '## §1.1 · One\\ncheck(\\"§1.1\\", 3.11) check-§1-1 3.§3.1',
    "notebooks/exercises/source/§1_grey/picture.bin": b"\xff lesson 3",
    "course_lib/workshop/exercises/lesson_§1.py": 'id="§1.1", title="from lesson §4 '
    'to exercise §3.1, which takes §2.1 s"',
    "course_lib/workshop/exercises/lesson_§1.toml": '["§1.1"] # One; in §1.2, §3.0, figsize=(§3.5, 2)',
    "tests/workshop/exercises/answers_§1.py": "from course_lib.workshop.exercises.lesson_§1 import EXERCISES",
    "tests/workshop/exercises/test_checking.py": 'check("§1.1", §3.1)',
    "tests/workshop/cli/test_exercises.py": 'course("check", "§3"); "§3.1"; lesson §3; §3_grey.ipynb',
    "course_lib/workshop/cli/lessons.py": "course run §3",
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


@pytest.fixture
def command(course, monkeypatch):
    """A function that gives `course renumber` in the course BEFORE."""
    monkeypatch.setattr(numbering, "REPOSITORY", course)
    monkeypatch.setattr(numbering, "LESSONS", numbered(LIST))
    return lambda *arguments: run("renumber", *arguments)


def test_the_command_says_what_it_changes(course, command):
    before = files_in(course)
    assert "\n12 files would change\n" in command("--show").stdout
    assert files_in(course) == before
    assert "\n12 files changed\n" in command().stdout
    assert files_in(course) != before
    assert command().stdout == "0 files changed\n"


def test_a_copy_of_a_sheet_follows_its_lesson(course, command):
    mine = course / "notebooks/exercises/mine" / f"{3:02}_grey" / f"{3:02}_grey.ipynb"
    write(new_notebook(cells=[new_code_cell("x = 8", metadata=known(f"answer-{3:02}-1", solution=True))]), mine)
    release = course / written({"notebooks/exercises/release/§3_grey/§3_grey.ipynb": ""}).popitem()[0]
    write(new_notebook(cells=[new_code_cell("x = 0", metadata=known(f"answer-{3:02}-1", solution=True))]), release)
    assert "because the lesson has another number" in command().stdout
    assert not mine.exists()
    (moved,) = course.glob("notebooks/exercises/mine/*/*.ipynb")
    (cell,) = nbformat.read(moved, as_version=4).cells
    assert moved.stem == f"{1:02}_grey" and cell.source == "x = 8"
    assert cell.metadata.nbgrader.grade_id == f"answer-{1:02}-1"


@pytest.mark.parametrize(
    ("title", "text"), [("Pink", "By hand"), ('So "pink" \\ is', ""), ("Old", "# A heading, lesson 03")]
)
def test_a_lesson_begins_with_its_number_and_title_and_keeps_the_rest(course, title, text):
    path, last = course / "notebooks/pink.ipynb", new_code_cell("# x")
    write(new_notebook(cells=[new_markdown_cell(f"# 03 · Something\n{text}"), last]), path)
    apply(course, find_changes(course, numbered(LIST | {"One": [*LIST["One"][:2], ("pink", title)]})))
    cells = nbformat.read(course / "notebooks" / f"{2:02}_pink.ipynb", as_version=4).cells
    assert [cell.source for cell in cells] == [f"# {2:02} · {title}\n{text.replace('03', '01')}", "# x"]


def test_a_student_edition_is_signed_again(course):
    release = course / written({"notebooks/exercises/release/§3_grey/§3_grey.ipynb": ""}).popitem()[0]
    asked = new_markdown_cell(f"## {3:02}.1 · One")
    check = new_code_cell("check()", metadata=known("check", grade=True, locked=True, points=1))
    check.metadata.nbgrader.checksum = "of an earlier text"
    write(new_notebook(cells=[asked, check]), release)
    apply(course, find_changes(course, numbered(LIST)))
    (made,) = course.glob("notebooks/exercises/release/*/*.ipynb")
    notebook = nbformat.read(made, as_version=4)
    assert notebook.cells[0].source == f"## {1:02}.1 · One"
    assert notebook.cells[1].metadata.nbgrader.checksum == compute_checksum(notebook.cells[1])
    assert notebook.metadata[STAMP] == {key_of(cell): digest(cell) for cell in notebook.cells}


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


GONE = {"One": LIST["One"], "Two": LIST["Two"][:1]}


def test_every_reference_to_a_lesson_that_is_gone_is_named_and_nothing_changes(course, command, monkeypatch):
    (course / "notebooks" / f"{1:02}_blue.ipynb").unlink()
    (course / "notebooks" / "many.md").write_text(f"See lesson {1:02}, which is gone. " * 100)
    before = files_in(course)
    monkeypatch.setattr(numbering, "LESSONS", numbered(GONE))
    result = command()
    assert result.exit_code == 2
    assert result.stdout.count(f"notebooks/many.md: lesson {1:02}\n") == 100
    named = set(result.stdout.splitlines())
    assert {
        f"course_lib/workshop/exercises/lesson_{3:02}.py: lesson {1:02}",
        f"notebooks/{0:02}_red.ipynb: [{1:02} · Blue]({1:02}_blue.ipynb#a)",
        f"notebooks/{0:02}_red.ipynb: Lessons {1:02} to {3:02}",
        f"notebooks/{2:02}_green.ipynb: lesson {1:02}",
    } < named
    assert not any("CHANGELOG" in place or "mine" in place or "tests/" in place for place in named)
    assert f"references to lessons that are gone: {len(result.stdout.splitlines())}, named above" in result.stderr
    assert files_in(course) == before


def test_examples_of_references_may_name_any_lesson(course):
    before = find_changes(course, numbered(LIST))
    for name in (
        "CONTRIBUTING.md",
        "course_lib/workshop/cli/references.py",
        "course_lib/workshop/lessons.py",
        "tests/test_x.py",
    ):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_text('lesson 77, or "[77 · A](77_nobody.ipynb)"')
    assert find_changes(course, numbered(LIST)) == before


def test_a_notebook_without_a_line_and_a_line_without_a_notebook_are_named(course):
    with pytest.raises(CourseError, match="01_blue.ipynb is not in the list of lessons"):
        find_changes(course, numbered(GONE))
    with pytest.raises(CourseError, match="must have one notebook; missing or there twice: notebooks/sound.ipynb"):
        find_changes(course, numbered(LIST | {"Three": [("sound", "Sound")]}))
