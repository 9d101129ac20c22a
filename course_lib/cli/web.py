"""The page of `course chat --web`, made with gradio (an extra of its own: nothing else here needs it)."""

import sys
from itertools import pairwise

from course_lib.errors import CourseError
from course_lib.runtime import REPOSITORY

INSTALL = f'in {REPOSITORY}: {sys.executable} -m pip install -e ".[web]"'


def serve(new_chat):
    """Open the page in the browser, until Ctrl-C. `new_chat` is a function that makes a `Chat`.

    Raises:
        CourseError: gradio is not installed.
    """
    try:
        import gradio
    except ImportError:
        raise CourseError(f"the page needs gradio; {INSTALL}") from None
    page(gradio, new_chat).launch(inbrowser=True)


def page(gradio, new_chat):
    """The page: a conversation, and below it what the last answer took."""

    def answer(text, history):
        yield from respond(new_chat(), text, history)

    with gradio.Blocks(title="course chat", analytics_enabled=False) as blocks:
        report = gradio.Markdown(render=False)
        gradio.ChatInterface(answer, title="course chat", additional_outputs=[report], api_name="chat")
        report.render()
    return blocks


def respond(talk, text, history):
    """Yield the answer so far, and what it took so far.

    The page keeps the conversation, `history`, since several people may talk at once, and each may undo a turn. So
    each turn is read from its beginning.
    """
    talk.messages += remembered(history)
    said = ""
    try:
        for piece in talk.say(text):
            said += piece
            yield said, f"({talk.turn})"
        yield said, f"({talk.turn})"
    except CourseError as error:
        yield "", f"({error})"


def remembered(history):
    """The turns of a page's history that have an answer, as messages; there, a content is a list of parts."""
    messages = [{"role": entry["role"], "content": text_of(entry["content"])} for entry in history]
    turns = [
        turn
        for turn in pairwise(messages)
        if [message["role"] for message in turn] == ["user", "assistant"] and turn[1]["content"].strip()
    ]
    return [message for turn in turns for message in turn]


def text_of(content):
    """The text of a message's content, which is a text or a list of parts, some of them texts."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
