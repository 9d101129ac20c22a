"""Conversations as one sequence of tokens: chat is completion, given a template (slide "Chat (Decoder-only)").

A message is a dict with `role` and `content`, as on the hub. Written out, a conversation is <bos>, and then for each
message the token of its role, its text, and <eos>:

    <bos> <user> Hello! <eos> <assistant> Hello! How can I help you? <eos>
"""

from itertools import cycle

from course_lib.data.parts import check_content, pictures_of, text_of
from course_lib.errors import CourseError

ROLES = ("system", "user", "assistant")


class ChatTemplate:
    """Writes conversations for a model whose tokenizer has the special tokens <system>, <user> and <assistant>.

    No text is ever encoded to a special token, so nobody can type a message that ends itself and begins another.
    """

    def __init__(self, tokenizer):
        self.tokenizer, self.end_id = tokenizer, tokenizer.eos_id
        self.end_ids = {self.end_id}  # any of these ends an answer; a checkpoint from elsewhere may have several
        self.role_ids = {role: tokenizer.special_id(f"<{role}>") for role in ROLES}

    def prompt(self, messages):
        """The token ids of a conversation whose next message is the assistant's; they end in <assistant>.

        Raises:
            CourseError: see `check_conversation`.
        """
        check_conversation(messages, last="user")
        ids, _ = self._write(messages)
        return [*ids, self.role_ids["assistant"]]

    def training(self, messages, max_length=None):
        """The token ids of a whole conversation, and for each whether it is the assistant's to say.

        That is the text of its messages, and their <eos>. Above `max_length`, the oldest turns go first (see
        `fit_context`), and then the end of the last answer, <eos> included: nobody learns to stop in mid-sentence.

        Raises:
            CourseError: see `check_conversation`; or `max_length` leaves nothing of the last answer.
        """
        check_conversation(messages, last="assistant")
        if max_length is not None:
            messages, _ = drop_turns(messages, lambda rest: len(self._write(rest)[0]) <= max_length)
        ids, is_completion = (column[:max_length] for column in self._write(messages))
        if not any(is_completion):
            question = shorten(text_of(messages[-2]["content"]))
            raise CourseError(f"{max_length} tokens leave no room for an answer to {question}")
        return ids, is_completion

    def decode(self, ids):
        """The text of `ids`, without special tokens."""
        return self.tokenizer.decode(ids)

    def content(self, message):
        """The token ids of what a message says, with <eos> at the end. Raises CourseError where it shows a picture."""
        if pictures_of([message]):
            raise CourseError("there is a picture in the conversation, and the model reads only texts")
        return self.tokenizer.encode(text_of(message["content"]))

    def _write(self, messages):
        ids, is_completion = [self.tokenizer.bos_id], [False]
        for message in messages:
            text = self.content(message)  # ends in <eos>
            ids += [self.role_ids[message["role"]], *text]
            is_completion += [False] + [message["role"] == "assistant"] * len(text)
        return ids, is_completion


def conversation(row):
    """The messages of a row in the layout of databricks/databricks-dolly-15k, the assistant's `response` last.

    The user's message is the `instruction` and, after a blank line, the `context` if there is one. The messages of a
    `history`, if the row has one, come first.
    """
    parts = [row["instruction"], row.get("context")]
    return [
        *(row.get("history") or []),
        {"role": "user", "content": "\n\n".join(part for part in parts if part)},
        {"role": "assistant", "content": row["response"]},
    ]


def check_conversation(messages, last):
    """Raise a CourseError unless user and assistant take turns and the last message is that of the role `last`.

    A system message may come before the first turn. Every message needs a known role and a content.
    """
    for number, message in enumerate(messages, start=1):
        check_message(message, number)
    first = has_system(messages)
    turns = zip(messages[first:], cycle(("user", "assistant")), strict=False)
    for number, (message, role) in enumerate(turns, start=first + 1):
        if message["role"] != role:
            raise CourseError(
                f"message {number} is the {message['role']}'s, expected the {role}'s: "
                "user and assistant take turns, after one system message at most"
            )
    if not messages or messages[-1]["role"] != last:
        raise CourseError(f"the last of {len(messages)} messages must be the {last}'s")


def check_message(message, number):
    """Raise a CourseError that names the message unless it has a known role and says or shows something."""
    if not isinstance(message, dict):
        raise CourseError(f"message {number} should have a role and a content, got {message!r}")
    role = message.get("role")
    if role not in ROLES:
        raise CourseError(f"message {number} has the unknown role {role!r}; expected one of {', '.join(ROLES)}")
    try:
        check_content(message.get("content"))
    except CourseError as error:
        raise CourseError(f"message {number}, the {role}'s, {error}") from None


def fit_context(messages, prompt, max_length):
    """Make a conversation fit: the oldest turns are dropped first, the system message and the last message stay.

    Args:
        messages: a conversation, the user's message last.
        prompt: a function from messages to token ids, such as `ChatTemplate.prompt`.
        max_length: the most ids that the prompt may have.

    Returns:
        The messages that stay, and how many turns (a message of the user and its answer) were dropped.

    Raises:
        CourseError: what has to stay is too long.
    """
    kept, dropped = drop_turns(messages, lambda rest: len(prompt(rest)) <= max_length)
    length = len(prompt(kept))
    if length > max_length:
        raise CourseError(
            f"a prompt of {length} tokens is too long, and no earlier turn is left to drop; "
            f"there is room for {max_length}: {shorten(text_of(messages[-1]['content']))}"
        )
    return kept, dropped


def drop_turns(messages, fits):
    """Drop the oldest turns until the rest `fits` or is one turn: the rest, and how many turns were dropped."""
    first = has_system(messages)
    for dropped in range((len(messages) - first + 1) // 2):
        rest = messages[:first] + messages[first + 2 * dropped :]
        if fits(rest):
            break
    return rest, dropped


def has_system(messages):
    """1 if a system message comes first, else 0."""
    return int(bool(messages) and messages[0]["role"] == "system")


def shorten(text, length=40):
    """The beginning of a text, quoted, for an error message."""
    return repr(text if len(text) <= length else text[:length] + "...")
