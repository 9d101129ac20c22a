"""`course chat`: a conversation with a model, in the terminal or on a page."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from course_lib.cli.console import complain
from course_lib.cli.models import MODEL, load
from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.runtime import pick_device, set_threads


def chat(
    model: Annotated[str, typer.Option(help=MODEL + " Or a Hugging Face checkpoint: its folder, or its id.")] = "chat",
    temperature: Annotated[
        float, typer.Option(min=0, help="0: always the likeliest token; 1: as the model has it.")
    ] = 0,
    top_p: Annotated[
        float | None, typer.Option(min=0.01, max=1, help="Only the likeliest tokens up to this sum.")
    ] = None,
    system: Annotated[str | None, typer.Option(metavar="TEXT", help="A message before the conversation.")] = None,
    web: Annotated[bool, typer.Option("--web", help="A page in the browser instead.")] = False,
):
    """Talk with a model.

    Answers come as they are written, and the conversation is remembered; when it outgrows the model's context, its
    oldest turns go. Ctrl-C stops an answer. /reset forgets the conversation; /quit, or Ctrl-D, leaves.
    When the input is not a terminal, each of its lines is a message.

    \b
    Examples:
      course chat --temperature 0.7 --top-p 0.9
      echo "Please recite the first law of robotics" | course chat

    \b
    Exit status:
      0  the conversation is over
      2  something can't be used; the message says what was expected
    """
    from course_lib.generation import Chat

    choose = choice(temperature, top_p)
    llm, template = talker(model)
    if web:
        from course_lib.cli.web import serve

        serve(lambda: Chat(llm, template, choose, system))
    else:
        converse(Chat(llm, template, choose, system))


def talker(name):
    """A model that talks, and its chat template: one of ours, or a checkpoint in the layout of the hub."""
    from course_lib.convert import HubCheckpoint
    from course_lib.data import ChatTemplate

    if is_hub_checkpoint(name):
        checkpoint = HubCheckpoint(name)
        template = checkpoint.chat_template()
        set_threads()
        return expect_llm(checkpoint.model().to(pick_device()), name), template
    llm, tokenizer = load(name)
    return expect_llm(llm, name), ChatTemplate(tokenizer)


def expect_llm(model, name):
    """The model, if it is an `Llm`. Raises CourseError when it is of another kind."""
    from course_lib.models import Llm

    if not isinstance(model, Llm):
        raise CourseError(f'"{name}" is a {type(model).__name__}; expected an Llm')
    return model


def is_hub_checkpoint(name):
    """Whether a name is the id of a model on the hub, or a folder whose config.json is in the hub's layout."""
    from course_lib.models import find_model

    try:
        config = read_json(find_model(name) / "config.json")
    except CourseError:
        return "/" in name and not Path(name).exists()
    return isinstance(config, dict) and "model_type" in config


def choice(temperature, top_p):
    """How a token is chosen: the likeliest, or at random."""
    from course_lib.generation import Sampler, likeliest

    if temperature:
        return Sampler(temperature, top_p=top_p)
    if top_p is not None:
        raise CourseError("--top-p needs a --temperature above 0; without one, always the likeliest token is chosen")
    return likeliest


def converse(talk):
    """Answer every line of the standard input, and obey the commands."""
    for line in lines():
        if line == "/quit":
            break
        if line == "/reset":
            talk.reset()
            note("a new conversation")
        elif line.startswith("/"):
            complain(f"unknown command {line}; there are /reset and /quit")
        elif line:
            answer(talk, line)


def lines():
    """The lines of the standard input, until it ends (Ctrl-D) or Ctrl-C."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  arrow keys at the prompt
    sys.stdin.reconfigure(errors="replace")
    prompt = "> " if sys.stdin.isatty() else ""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(prompt).strip()


def answer(talk, line):
    """Print the answer to a line as it comes, and what it took."""
    try:
        pieces = talk.say(line)
    except CourseError as error:
        complain(error)
        return
    with contextlib.suppress(KeyboardInterrupt):
        for piece in pieces:
            typer.echo(piece, nl=False)
    typer.echo()
    note(talk.turn)


def note(text):
    """Print something that is not part of the conversation, dimly, on the standard error."""
    typer.secho(f"({text})", dim=True, err=True)
