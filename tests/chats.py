"""Small conversations to test with: a tokenizer with roles, and an answer that is prescribed word by word."""

import functools

from course_lib.data import ROLES, ChatTemplate, Tokenizer
from tests.models.tiny import tiny_llm

QUESTIONS = ["Hello!", "How many cats are there?", "Please recite the first law.", "And the second?", "São João?"]
ANSWERS = ["Hello! How are you?", "There are two cats.", "A robot may not injure a human being.", "It must obey."]


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def system(text):
    return {"role": "system", "content": text}


@functools.cache
def chat_tokenizer():
    """A cased tokenizer that was trained on the questions and answers above."""
    roles = [f"<{role}>" for role in ROLES]
    return Tokenizer.train(QUESTIONS + ANSWERS, 300, roles, lower_case=False)


def chat_template():
    return ChatTemplate(chat_tokenizer())


def chat_llm(**changes):
    """An `Llm` with random weights for `chat_tokenizer`."""
    return tiny_llm(**({"vocab_size": len(chat_tokenizer()), "max_length": 97} | changes))


class Prescribed:
    """A `choose` that says the given answers one after the other, and notes the logits that it was shown."""

    def __init__(self, *answers):
        self.ids = [id for answer in answers for id in chat_tokenizer().encode(answer)]
        self.logits = []

    def __call__(self, logits):
        self.logits.append(logits)
        return logits.new_tensor([self.ids.pop(0)]).long()
