"""What all commands have in common: help, exit statuses, errors, tables."""

import os
import subprocess
import sys

import pytest
import typer

from course_lib.workshop.cli import app
from course_lib.workshop.cli.console import table
from tests.workshop.cli.conftest import course

COURSE = [sys.executable, "-c", "from course_lib.workshop.cli import app; app()"]
COMMANDS = sorted(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example_and_the_exit_statuses(command):
    result = course(command, "--help")
    assert result.exit_code == 0
    assert f"  course {command}" in result.stdout
    assert "Exit status:\n    0 " in result.stdout


def test_without_a_command_the_commands_are_listed():
    assert all(f"\n  {command} " in course("--help").stdout for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["train", "painter"], 'no recipe "painter": expected one of translator'),
        (["train", "translator", "--source", "nowhere"], 'the source must be "world"'),
        (["evaluate", "nobody"], "a model must be a folder with a config.json, or a shipped model"),
        (["translate", "olá", "--model", "nobody"], 'got "nobody"'),
        (["run", "77"], 'no lesson "77"'),
        (["bench", "--only", "juggling"], 'no benchmark "juggling": expected one of throughput'),
    ],
)
def test_what_cannot_be_used_is_one_message_and_exit_status_2(arguments, said, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    result = course(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("course: ")
    assert said in result.stderr
    assert result.stdout == ""


def test_help_comes_without_torch():
    loaded = "import course_lib.workshop.cli, sys; print({'torch', 'datasets', 'nbclient'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).strip() == "set()"


@pytest.mark.parametrize(("command", "policy"), [("train", "PASSIVE"), ("chat", None), ("bench", None)])
def test_threads_wait_passively_but_where_steps_are_too_short_to_wake_them(command, policy, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "to be restored")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    course(command, "--help")
    assert os.environ.get("OMP_WAIT_POLICY") == policy


def test_a_table_aligns_words_to_the_left_and_numbers_to_the_right():
    rows = [
        {"name": "a", "bleu": 7.125, "tokens_per_second": 12345.6, "seconds": None},
        {"name": "[long]", "bleu": 98.0, "tokens_per_second": 9, "seconds": 1.0},
    ]
    assert table(rows).splitlines() == [
        "name     BLEU  tokens per second  seconds",
        "a        7.12             12,346",
        "[long]  98.00                  9     1.00",
    ]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["doctor", "--help"], ["progress"], ["--help"]])
def test_an_output_that_is_full_is_one_message_and_exit_status_2(arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([*COURSE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "course: [Errno 28] No space left on device\n"


@pytest.mark.parametrize("command", ["chat", "translate"])
def test_without_a_standard_input_there_is_one_message_and_exit_status_2(command, llm, trained, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)  # as Python has it where the input is closed
    with pytest.raises(SystemExit) as ended:
        app([command, "--model", str(llm if command == "chat" else trained[0])])
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("course: there is no standard input to read from")


def test_a_closed_standard_output_is_no_error():
    command = subprocess.list2cmdline([*COURSE, "lessons"]) + " >&-"
    result = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_letter_that_the_output_can_not_hold_becomes_a_question_mark():
    environment = os.environ | {"PYTHONIOENCODING": "iso8859-5"}
    text = subprocess.check_output([*COURSE, "translate", "--help"], text=True, env=environment)
    assert 'course translate "este ? o primeiro livro que eu fiz."' in text


def test_rows_of_a_table_may_lack_what_others_have():
    assert table([{"name": "one", "loss": 0.5}, {"name": "two", "seconds": 73}]).splitlines() == [
        "name  loss  seconds",
        "one   0.50",
        "two              73",
    ]
