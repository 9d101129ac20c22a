"""What a message may hold: a text, or texts and pictures in any order, as on the hub.

{"role": "user", "content": [{"type": "image", "image": "cat.png"}, {"type": "text", "text": "Who is this?"}]}
"""

from course_lib.errors import CourseError

KINDS = {"text": str, "image": object}  # the types of parts, and what each has under its name


def parts_of(content):
    """The parts of a message's content; one that is a text has one part."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content):
    """What a content says, without its pictures."""
    return " ".join(part["text"] for part in parts_of(content) if part["type"] == "text")


def pictures_of(messages):
    """The pictures of a conversation, in their order."""
    return [part["image"] for message in messages for part in parts_of(message["content"]) if part["type"] == "image"]


def with_pictures(pictures, text):
    """A content that shows pictures and then says a text."""
    return [*({"type": "image", "image": picture} for picture in pictures), {"type": "text", "text": text}]


def check_content(content):
    """Raise a CourseError that goes on after "the message", unless its content says or shows something."""
    if not isinstance(content or "", str | list):
        raise CourseError(f"should be a text, or a list of texts and pictures, got {type(content).__name__}")
    parts = parts_of(content or "")
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in KINDS or kind not in part or not isinstance(part[kind], KINDS[kind]):
            raise CourseError(f"should have parts with a text or an image, got {part!r:.60}")
    if not any(part["type"] == "image" or part["text"].strip() for part in parts):
        raise CourseError("is empty")
