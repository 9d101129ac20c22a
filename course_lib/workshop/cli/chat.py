"""`course chat`: a conversation with a model, in the terminal or on a page."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from course_lib.errors import CourseError
from course_lib.workshop.cli.console import complain, standard_input
from course_lib.workshop.cli.models import MODEL
from course_lib.workshop.cli.talkers import served, show, talker

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from torch import Tensor

    from course_lib.generation import Chat
    from course_lib.generation.chat import Turn


def chat(
    model: Annotated[
        str,
        typer.Option(
            help=MODEL + " Or a checkpoint: smollm2 (see course fetch), a folder or id of the hub, or a GGUF file."
        ),
    ] = "chat",
    temperature: Annotated[
        float, typer.Option(min=0, help="0: always the most likely token; 1: as the model has it.")
    ] = 0,
    top_p: Annotated[
        float | None, typer.Option(min=0.01, max=1, help="Only the most likely tokens up to this sum.")
    ] = None,
    system: Annotated[str | None, typer.Option(metavar="TEXT", help="A message before the conversation.")] = None,
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A picture to talk about.")] = None,
    web: Annotated[bool, typer.Option("--web", help="A page in the browser instead.")] = False,
) -> None:
    """Talk with a model.

    Answers come as they are written, and the conversation is remembered; when it outgrows the model's context, its
    oldest turns go. Ctrl-C stops an answer. /reset forgets the conversation; /quit, or Ctrl-D, leaves. A model that
    sees can be shown pictures, by --image before or by /image FILE during the conversation.
    When the input is not a terminal, each of its lines is a message.
    The model "chat" answers questions about the little world. It was fine-tuned without stories and has lost them: its
    perplexity on stories is 19,331, worse than the 2,000 of a uniform guess over its vocabulary (lesson 14).
    A CPU keeps the weights of a checkpoint in about as many bits as its files have: 16, 8 or 4. An NVIDIA card computes
    with 16 bits, if it is made for them; all other devices in float32, so each parameter takes 4 bytes of memory.

    \b
    Examples:
      course chat --temperature 0.7 --top-p 0.9
      course chat --model vlm --image picture.png
      course chat --model smollm2
      echo "Please recite the first law of robotics" | course chat

    \b
    Exit status:
      0  the conversation is over
      2  something can't be used; the message says what was expected
    """
    settings = {"choose": choice(temperature, top_p), "system": system}
    if web:
        from course_lib.workshop.cli.web import serve

        serve(partial(served(talker(model)), **settings))
    else:
        converse(show(talker(model)(**settings), image or []))


def choice(temperature: float, top_p: float | None) -> Callable[["Tensor"], "Tensor"]:
    """How a token is chosen: the most likely, or at random."""
    from course_lib.generation import Sampler, likeliest

    if temperature:
        return Sampler(temperature, top_p=top_p)
    if top_p is not None:
        raise CourseError("--top-p needs a --temperature above 0; without one, always the most likely token is chosen")
    return likeliest


def converse(talk: "Chat") -> None:
    """Answer every line of the standard input, and obey the commands."""
    for line in lines():
        if line == "/quit":
            break
        if line == "/reset":
            talk.reset()
            note("a new conversation")
        elif line.startswith("/image "):
            look(talk, line.removeprefix("/image ").strip())
        elif line.startswith("/"):
            complain(f"unknown command {line}; there are /image FILE, /reset and /quit")
        elif line:
            answer(talk, line)


def look(talk: "Chat", file: str) -> None:
    """Show a picture, or say why that can't be done."""
    try:
        show(talk, [file])
    except CourseError as error:
        complain(error)
    else:
        note(f"looking at {file}")


def lines() -> Iterator[str]:
    """The lines of the standard input, until it ends (Ctrl-D) or Ctrl-C."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  arrow keys at the prompt
    prompt = "> " if standard_input().isatty() else ""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        while True:
            yield input(prompt).strip()


def answer(talk: "Chat", line: str) -> None:
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


def note(text: "str | Turn") -> None:
    """Print something that is not part of the conversation, dimly, on the standard error."""
    typer.secho(f"({text})", dim=True, err=True)
