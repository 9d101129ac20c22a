"""The page of `course chat --web`, made with gradio (an extra of its own: nothing else here needs it)."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from course_lib.data.messages import Conversation, with_pictures
from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY
from course_lib.workshop.cli.talkers import show

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from gradio import Blocks

    from course_lib.generation import Chat

LARGEST_FILE = "20mb"
AT_ONCE = 16  # pages that are answered at once; they share the steps of the model
INSTALL = f'in {REPOSITORY}: {sys.executable} -m pip install -e ".[web]"'


def serve(new_chat: Callable[[], "Chat"]) -> None:
    """Open the page in the browser, until Ctrl-C. `new_chat` is a function that makes a `Chat`.

    Raises:
        CourseError: gradio is not installed.
    """
    try:
        import gradio
    except ImportError:
        raise CourseError(f"the page needs gradio; {INSTALL}") from None
    page(gradio, new_chat, with_files=new_chat().processor is not None).launch(
        inbrowser=True, max_file_size=LARGEST_FILE
    )


def page(gradio: ModuleType, new_chat: Callable[[], "Chat"], with_files: bool = False) -> "Blocks":
    """The page: a conversation, and below it what the last answer took; `with_files`: pictures can be shown in it."""

    def answer(message, history):
        text, files = (message["text"], message["files"]) if with_files else (message, [])
        yield from respond(new_chat(), text, history, files)

    with gradio.Blocks(title="course chat", analytics_enabled=False) as blocks:
        report = gradio.Markdown(render=False)
        gradio.ChatInterface(
            answer,
            title="course chat",
            multimodal=with_files,
            additional_outputs=[report],
            api_name="chat",
            concurrency_limit=AT_ONCE,
        )
        report.render()
    return blocks


def respond(
    talk: "Chat", text: str, history: Sequence[dict[str, Any]], files: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield the answer so far, and what it took so far.

    The page keeps the conversation, `history`, since several people may talk at once, and each may undo a turn. So
    each turn is read from its beginning, and its pictures are looked at again.
    """
    said = ""
    try:
        talk.messages += [looked_at(talk, message) for message in remembered(history)]
        for piece in show(talk, files).say(text):
            said += piece
            yield said, f"({talk.turn})"
        yield said, f"({talk.turn})"
    except CourseError as error:
        yield "", f"({without_folders(str(error), [*files, *files_in(history)])})"


def without_folders(message: str, files: Iterable[str]) -> str:
    """A message that names files as whoever sent them does: where the page keeps them is nobody's business."""
    for file in files:
        message = message.replace(str(file), Path(file).name)
    return message


def files_in(history: Sequence[dict[str, Any]]) -> list[str]:
    """The paths of all files of a page's history."""
    return [file for entry in history for file in files_of(entry["content"])]


def remembered(history: Sequence[dict[str, Any]]) -> Conversation:
    """The turns of a page's history that have an answer, as messages; there, a content is a list of parts.

    A picture may be an entry of its own; it belongs to what the user says next.
    """
    turns, files = [], []
    for entry in history:
        said, files = text_of(entry["content"]), files + files_of(entry["content"])
        if entry["role"] == "user" and said.strip():
            turns.append([{"role": "user", "content": with_pictures(files, said) if files else said}])
            files = []
        elif entry["role"] == "assistant" and said.strip() and turns:
            turns[-1].append({"role": "assistant", "content": said})
    return [message for turn in turns if len(turn) == 2 for message in turn]


def looked_at(talk: "Chat", message: dict[str, Any]) -> dict[str, Any]:
    """The message with its pictures as a `Chat` has them: what the model's tower makes of each."""
    if isinstance(message["content"], str):
        return message
    parts = [
        part | {"image": talk.encode_images(part["image"])} if "image" in part else part for part in message["content"]
    ]
    return message | {"content": parts}


def text_of(content: str | list[Any]) -> str:
    """The text of a message's content, which is a text or a list of parts, some of them texts."""
    parts = [content] if isinstance(content, str) else content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in parts)


def files_of(content: str | list[Any]) -> list[str]:
    """The paths of the files of a message's content; the page and the programs that call it write them differently."""
    parts = [] if isinstance(content, str) else [part for part in content if isinstance(part, dict)]
    return [file["path"] for file in (part.get("file", part) for part in parts) if "path" in file]
