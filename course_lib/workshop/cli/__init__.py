"""The command `course`. Each command imports what it needs when it runs, so that help comes at once."""

import os

import typer

from course_lib.workshop.cli.benchmarks import bench
from course_lib.workshop.cli.chat import chat
from course_lib.workshop.cli.console import Commands
from course_lib.workshop.cli.dropping import drop
from course_lib.workshop.cli.exercises import check, progress, reset, start
from course_lib.workshop.cli.explain import explain
from course_lib.workshop.cli.fetching import fetch
from course_lib.workshop.cli.green import green
from course_lib.workshop.cli.lecturer import grade, release, term
from course_lib.workshop.cli.lessons import lessons, run
from course_lib.workshop.cli.machine import doctor
from course_lib.workshop.cli.models import evaluate, train
from course_lib.workshop.cli.numbering import renumber
from course_lib.workshop.cli.present import present
from course_lib.workshop.cli.site import site
from course_lib.workshop.cli.studies import study
from course_lib.workshop.cli.translate import translate
from course_lib.workshop.cli.updating import update

app = typer.Typer(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


SHORT_STEPS = "chat", "bench"  # commands that write, token by token: a thread that sleeps wakes too late for a step


@app.callback()
def course(context: typer.Context) -> None:
    """Check the machine, run the lessons, check the exercises, and train and use the models of the course."""
    # Read when torch is imported. Threads that wait actively make training several times slower beside other programs.
    if context.invoked_subcommand not in SHORT_STEPS:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


for command in (
    doctor,
    lessons,
    run,
    present,
    site,
    start,
    check,
    reset,
    progress,
    update,
    train,
    evaluate,
    study,
    translate,
    fetch,
    chat,
    explain,
    bench,
    release,
    grade,
    term,
    green,
    renumber,
    drop,
):
    app.command()(command)
