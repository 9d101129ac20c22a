"""Conversations about pictures as one sequence of tokens: a picture takes as many placeholders as it has visual tokens.

    <bos> <user> <image> <image> ... <image> What is the color of the car? <eos> <assistant> The car is red. <eos>

The model exchanges the placeholders, one by one, for what it sees.
"""

from course_lib.data.chat import ChatTemplate
from course_lib.data.parts import parts_of, pictures_of, with_pictures
from course_lib.errors import CourseError

PLACEHOLDER = "<image>"


class VisualChatTemplate(ChatTemplate):
    """A `ChatTemplate` for messages with pictures (see `course_lib.data.parts`).

    "<image>" in a text is text: only a picture becomes placeholders.

    Args:
        tokenizer: has the special token <image> beside those of a `ChatTemplate`.
        num_visual_tokens: how many a picture takes.
    """

    def __init__(self, tokenizer, num_visual_tokens):
        super().__init__(tokenizer)
        self.image_id, self.num_visual_tokens = tokenizer.special_id(PLACEHOLDER), num_visual_tokens

    def content(self, message):
        """The token ids of what a message says and shows, with <eos> at the end.

        Raises:
            CourseError: somebody else than the user shows a picture; a model learns to say what it sees, not to see.
        """
        if message["role"] != "user" and pictures_of([message]):
            raise CourseError(f"there is a picture in a message of the {message['role']}; only the user shows pictures")
        ids = []
        for part in parts_of(message["content"]):
            picture = [self.image_id] * self.num_visual_tokens
            ids += picture if part["type"] == "image" else self.tokenizer.encode(part["text"])[:-1]
        return [*ids, self.end_id]


def visual_conversation(row):
    """The messages of a row in the layout of HuggingFaceM4/the_cauldron: its pictures come first, in the first message.

    Args:
        row: `images`, a list, and `texts`, a list of {"user", "assistant"}.
    """
    messages = []
    for number, text in enumerate(row["texts"]):
        content = text["user"] if number else with_pictures(row["images"], text["user"])
        messages += [{"role": "user", "content": content}, {"role": "assistant", "content": text["assistant"]}]
    return messages


def visual_examples(rows, template, max_length):
    """The rows of `load_visual_dialogues` as `Example`s; a dialogue that does not fit becomes several, all about the
    same pictures.

    Args:
        rows: with what the tower of a `Vlm` makes of each picture in the place of `images`.
        template: a `VisualChatTemplate`.
        max_length: the most tokens of an example.

    Raises:
        CourseError: a question with its pictures leaves no room for the answer.
    """
    return [
        template.training(visual_conversation({"images": images, "texts": part}), max_length)
        for images, texts in zip(rows["images"], rows["texts"], strict=True)
        for part in parts_that_fit(texts, len(images), template, max_length)
    ]


def parts_that_fit(texts, num_pictures, template, max_length):
    """Cut the texts of a dialogue into as few parts as fit, each with its pictures, into `max_length` tokens."""
    parts, room = [], 0
    for text in texts:
        alone = len(template.training(visual_conversation({"images": [], "texts": [text]})).ids) - 1
        if not parts or alone > room:
            parts.append([])
            room = max_length - 1 - num_pictures * template.num_visual_tokens
        parts[-1].append(text)
        room -= alone
    return parts
