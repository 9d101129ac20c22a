"""Conversations through one server read what each reads alone."""

from concurrent.futures import ThreadPoolExecutor

import torch

from course_lib.generation import Chat, ServedChat, Server
from tests.chats import ANSWERS, QUESTIONS, Prescribed, chat_llm, chat_template
from tests.parity import assert_near


def test_conversations_that_are_served_read_what_each_reads_alone(float64):
    model, template = chat_llm(), chat_template()
    server, prescribed = Server(model, page_size=4), [ANSWERS[i : i + 2] for i in range(3)]
    talks = [ServedChat(server, template, choose=Prescribed(*answers), max_new_tokens=30) for answers in prescribed]
    expected = [Chat(model, template, Prescribed(*answers), max_new_tokens=30) for answers in prescribed]
    for turn in range(2):
        asked = QUESTIONS[turn : turn + 3]
        with ThreadPoolExecutor(3) as pool:
            said = list(pool.map(lambda talk, text: "".join(talk.say(text)), talks, asked))
        assert said == ["".join(talk.say(text)) for talk, text in zip(expected, asked, strict=True)]
        assert said == [answers[turn] for answers in prescribed]
    for talk, other in zip(talks, expected, strict=True):
        assert talk.messages == other.messages
        assert_near(torch.cat(talk.choose.logits), torch.cat(other.choose.logits), 1e-10)
        assert (talk.turn.tokens_written, talk.turn.ended) == (other.turn.tokens_written, True)
        assert 0 < talk.turn.tokens_read < len(template.prompt(talk.messages[:-1])) - 4


def test_an_answer_that_is_broken_off_leaves_the_server():
    server = Server(chat_llm())
    talk = ServedChat(server, chat_template(), choose=Prescribed(ANSWERS[0]), max_new_tokens=9)
    next(talk.say(QUESTIONS[0]))
    talk.stop()
    assert not server.running
    assert len(server.pool.free) == server.pool.num_pages
