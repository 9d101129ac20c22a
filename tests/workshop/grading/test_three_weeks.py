"""A class over three weeks, on three platforms and with every trap: each mark is the one that is due."""

import csv
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import zipfile

import nbformat
import pytest

from course_lib.runtime import REPOSITORY
from course_lib.workshop.grading import Limits, grade_folder, write_term
from course_lib.workshop.grading.editions import generate_release
from course_lib.workshop.notebooks import read_notebook
from tests.workshop.grading import pretend
from tests.workshop.grading.isolation import NEEDS_ISOLATION
from tests.workshop.grading.pretend import SHEETS, solution
from tests.workshop.grading.small_course import LOOP, NAME, RIGHT, answered, write, write_course

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked here")
DUE = """
Ana Silva       | 3   | 1.5 | 2
Ana Silva Costa | 3   | 3   | 0
Li              | 1   | 3   | 0
Lin             | 1.5 | 2   | 3
Li Wei 11       | 3   | 3   | 0
Li Wei 12       | 0   | 1   | 3
José Núñez      | 3   | 1   | 3
Björn Åström    | 3   | 3   | 1
O'Brien Bo      | 2   | 1   | 1
Zoe Never       | -   | -   | -
Max Müller      | 1   | 3   | 3
Maxi Müller     | 2   | 1   | 3
"""
LINES = [line.split("|") for line in DUE.strip().splitlines()]
MARKS = {name.strip(): marks for name, *marks in LINES}
TABLE = {name: [float(mark) if mark.strip() != "-" else "" for mark in marks] for name, marks in MARKS.items()}
IDS = {"Li Wei 11": ("11", "2211", "liwei1"), "Li Wei 12": ("12", "2212", "liwei2"), "Ana Silva Costa": ("", "", "asc")}
USERS = {
    "Li Wei 11": "liwei1",
    "Li Wei 12": "liwei2",
    "Ana Silva Costa": "asc",
    "Björn Åström": "Bjo\u0308rn A\u030astro\u0308m",
}
FIRST = {  # what was handed in on time, where it is not the mark that is due: (student, week) -> mark, None: nothing
    ("Ana Silva Costa", 1): None,
    ("Li", 1): 2,
    ("Lin", 1): 2,
    ("Ana Silva", 2): 2,
}

LIMITS = Limits(seconds=10, memory=2 * 2**30)
RUN = """
import os, signal, sys
from pathlib import Path
from tests.workshop.grading.test_three_weeks import LIMITS
from course_lib.workshop.grading import grade_folder

if __name__ == "__main__":
    root, week, until = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    settings = {"editions": root, "seed": 7, "students": root / "class.csv"}
    for done, *_ in grade_folder(root / f"in{week}", root / f"out{week}", LIMITS, **settings):
        if done == until:
            os.kill(os.getpid(), signal.SIGKILL)
"""


class Story:
    """What the class hands in, as files, and how it is graded.

    Args:
        root: the folder of the course.
        answers: mark -> the code of answers that are worth it.
        begin: a function of the story, a week and a number: grades in another process, which is killed when so many
            students have their grades.
    """

    def __init__(self, root, answers, begin):
        self.root, self.answers, self.begin = root, answers, begin
        rows = [(name.rsplit(" 1", 1)[0], *IDS.get(name, ("", "", ""))) for name in TABLE]
        with open(root / "class.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("name", "canvas", "moodle 2", "user"), *rows])

    def path(self, student, week, folder):
        """Where a student's notebook for a week comes, on this week's platform."""
        sheet, number, name = SHEETS[week - 1], list(TABLE).index(student), student.rsplit(" 1", 1)[0]
        if week == 1:  # Canvas
            sortable = "".join(filter(str.isalnum, "".join(reversed(name.split())))).lower()
            return self.root / folder / f"{sortable}_{IDS.get(student, (500 + number,))[0] or 3}_{number}_{sheet}.ipynb"
        if week == 2:  # Moodle
            own = IDS.get(student, ("", ""))[1] or 7000 + number
            return self.root / folder / f"{name}_{own}_assignsubmission_file" / f"{sheet}.ipynb"
        return self.root / folder / USERS.get(student, student) / f"{sheet}.ipynb"

    def text(self, mark):
        """A notebook with answers that are worth a mark; as it was given out, if it is None."""
        return nbformat.writes(answered(self.release, **({} if mark is None else self.answers(mark))))

    def hand_in(self, student, week, content, folder=None):
        """Hand in a notebook: a mark, or the bytes of a file."""
        path = self.path(student, week, folder or f"in{week}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else self.text(content).encode())
        return path

    def on_time(self, week):
        """What everybody hands in, each in their own way."""
        for student, marks in TABLE.items():
            mark = FIRST.get((student, week), marks[week - 1])
            if mark not in ("", None):
                self.hand_in(student, week, int(mark))
        getattr(self, f"traps_{week}")()

    def traps_1(self):
        self.hand_in("Ana Silva Costa", 1, b"%PDF-1.7")
        self.hand_in("José Núñez", 1, b"\xef\xbb\xbf" + self.text(3).encode())
        self.hand_in("O'Brien Bo", 1, self.text(2).encode("utf-16"))
        path = self.hand_in("Max Müller", 1, 1)
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.write(path, f"my work/{SHEETS[0]}.ipynb")
        path.unlink()
        full = self.hand_in("Maxi Müller", 1, 2)
        os.utime(full, (9, 9))
        full.with_name(full.name.replace("_11_", "_99_")).write_text(self.text(None), encoding="utf-8")

    def late_1(self):
        self.hand_in("Ana Silva", 1, None, "late1")
        self.hand_in("Ana Silva Costa", 1, 3, "late1")
        self.hand_in("Li", 1, 1, "late1")
        (self.root / "late1" / "Björn Åström").mkdir()
        (self.root / "late1" / "Björn Åström" / "apology.docx").touch()

    def traps_2(self):
        self.hand_in("Li", 2, self.text(3).replace("\n", "\r\n").encode())
        self.hand_in("Lin", 2, self.text(2).replace("# Small", "# \\ud800").encode())

    def late_2(self):
        self.hand_in("Ana Silva", 2, 3, "late2")
        self.hand_in("Max Müller", 2, self.text(1).replace('"cells"', '\n<<<<<<< HEAD\n"cells"').encode(), "late2")

    def traps_3(self):
        newest = self.hand_in("José Núñez", 3, 3)
        older = newest.with_name(f"{SHEETS[2]} (1).ipynb")
        older.write_text(self.text(1), encoding="utf-8")
        os.utime(older, (9, 9))

    def grade(self, week, folder=None, add=False, until=None):
        """Grade a folder; the process kills itself when so many have their grades."""
        place, out = self.root / (folder or f"in{week}"), self.root / f"out{week}"
        settings = {"editions": self.root, "seed": 7, "add": add, "students": self.root / "class.csv"}
        for done, *_ in grade_folder(place, out, LIMITS, **settings):
            if done == until:
                os.kill(os.getpid(), signal.SIGKILL)

    def killed(self, week):
        """Begin to grade a week, and be killed when a third has its grades."""
        self.begin(self, week, len(TABLE) // 3)
        assert len(list((self.root / f"out{week}" / "grades").glob("*.json"))) >= len(TABLE) // 3
        assert not (self.root / f"out{week}" / "grades.csv").exists()


def forked(story, week, until):
    """Grade in a copy of this process."""
    process = multiprocessing.get_context("fork").Process(target=story.grade, args=(week, None, False, until))
    process.start()
    process.join()


def apart(story, week, until):
    """Grade in a process that a command starts."""
    (story.root / "run.py").write_text(RUN)
    command = [sys.executable, story.root / "run.py", story.root, str(week), str(until)]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(REPOSITORY)}, check=False)


def tell(story, open_book=lambda out: None):
    """Three weeks of a class, as they come; `open_book` sees that a run has a gradebook."""
    for week in (1, 2, 3):
        story.on_time(week)
    story.grade(1)
    open_book(story.root / "out1")
    pretend.by_hand(story.root / "out1", "Lin", SHEETS[0], "01.4", 1.5)
    story.late_1()
    story.grade(1, "late1", add=True)
    story.killed(2)
    story.grade(2)
    open_book(story.root / "out2")
    pretend.by_hand(story.root / "out2", "Ana Silva", SHEETS[1], "01.4", 0.5)
    story.late_2()
    story.grade(2, "late2", add=True)
    story.grade(2, add=True)
    story.grade(3)


def check(story):
    """Each mark is the one that is due, in the table of its week and in that of the term; nobody is missing."""
    for week in (1, 2, 3):
        with open(story.root / f"out{week}" / "grades.csv", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["of"] != "0"]
        found = {row["student"]: float(row["points"]) for row in rows}
        assert len(found) == len(rows)
        assert found == {name: marks[week - 1] for name, marks in TABLE.items() if marks[week - 1] != ""}
        assert all(float(row["01.2"]) + float(row["01.4"]) == float(row["points"]) for row in rows if row["01.2"])
    weeks = [story.root / f"out{week}" for week in (1, 2, 3)]
    assert write_term(story.root / "term", weeks, story.root / "class.csv") == (len(TABLE), 3)
    with open(story.root / "term" / "term.csv", encoding="utf-8") as file:
        term = {row.pop("student"): row for row in csv.DictReader(file)}
    assert len(term) == len(TABLE)
    for name, marks in TABLE.items():
        assert [term[name][sheet] and float(term[name][sheet]) for sheet in SHEETS] == marks, name
        assert float(term[name]["points"]) == sum(mark or 0 for mark in marks)


def noted(story, week, student):
    """The notes on a student in the table of a week."""
    with open(story.root / f"out{week}" / "grades.csv", encoding="utf-8") as file:
        return next(row["notes"] for row in csv.DictReader(file) if row["student"] == student and row["of"] != "0")


def test_every_mark_of_three_weeks_is_the_one_that_is_due(tmp_path, monkeypatch, empty_gradebook):
    pretend.grade_in_forks(monkeypatch)
    codes = {0: {"a2": solution(0)}, 1: {"a2": solution(1)}, 2: {"a4": solution(2)}}
    story = Story(tmp_path, lambda mark: codes.get(mark) or codes[1] | codes[2], forked)
    story.release = pretend.source_notebook()
    for week in (1, 2, 3):
        pretend.write_class(tmp_path, out=f"out{week}", seed=7)
    tell(story, lambda out: shutil.copyfile(empty_gradebook, out / "gradebook.db"))
    check(story)
    assert "doesn't count: it has no answers" in noted(story, 1, "Ana Silva")
    assert "replaces an earlier submission with 2 of 3 points" in noted(story, 1, "Li")
    assert "corrected by hand: 1.5 points, not 2" in noted(story, 1, "Lin")
    assert "look again at check-01-4" in noted(story, 2, "Ana Silva")
    assert "conflict markers of git" in noted(story, 2, "Max Müller")


@pytest.mark.slow
@NEEDS_ISOLATION
def test_the_same_holds_when_nbgrader_and_the_sandbox_grade_the_class(tmp_path):
    answers = {0: {"a2": "prediction = {}"}, 1: {"a2": RIGHT}, 2: {"a4": LOOP}, 3: {"a2": RIGHT, "a4": LOOP}}
    story = Story(tmp_path, answers.__getitem__, apart)
    path = write_course(tmp_path)
    story.release = generate_release(read_notebook(path), NAME)
    for sheet in SHEETS[1:]:
        write(read_notebook(path), tmp_path / "source" / sheet / f"{sheet}.ipynb")
    tell(story)
    check(story)
