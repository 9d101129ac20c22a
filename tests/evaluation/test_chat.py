"""Answers are right to the letter or not at all, and only a model that says <eos> has ended."""

import pytest
from datasets import Dataset

from course_lib.data import conversation
from course_lib.evaluation import AnswerScores, answer, chat, evaluate_chat
from tests.chats import ANSWERS, QUESTIONS, Prescribed, chat_llm, chat_template, chat_tokenizer, user

LAW = ANSWERS[2]


def ask(*answers, **settings):
    """The `Answer` to one question by a model that says what it is told."""
    [said] = answer([[user("Hello!")]], chat_llm(), chat_template(), choose=Prescribed(*answers), **settings)
    return said


def dialogues(responses, **columns):
    """Rows with the questions of `tests.chats`, and these responses."""
    count = len(responses)
    blank = {"context": [""] * count, "category": ["talk"] * count}
    return Dataset.from_dict({"instruction": QUESTIONS[:count], "response": responses, **blank, **columns})


def own_answers(model):
    """What the model says to each question."""
    return [said.text for said in answer([[user(question)] for question in QUESTIONS], model, chat_template())]


def test_an_answer_is_the_text_before_the_end():
    said = ask(LAW)
    assert (said.text, said.ended) == (LAW, True)


def test_an_answer_that_is_cut_has_not_ended(shapes_unchecked):
    length = len(chat_tokenizer().encode(LAW))  # with <eos>
    assert ask(LAW, max_new_tokens=length).ended
    cut = ask(LAW, max_new_tokens=length - 1)
    assert not cut.ended
    assert cut.text == LAW, "all but <eos> was said"
    assert not ask(LAW, max_new_tokens=3).ended


def test_an_answer_that_fills_the_context_has_not_ended(shapes_unchecked):
    prompt = len(chat_template().prompt([user("Hello!")]))
    room = len(chat_tokenizer().encode(LAW)) - 1
    [said] = answer([[user("Hello!")]], chat_llm(max_length=prompt + room), chat_template(), choose=Prescribed(LAW))
    assert (said.text, said.ended) == (LAW, False)


@pytest.mark.usefixtures("shapes_unchecked")
def test_answers_come_in_the_order_of_the_questions_whatever_the_batches():
    model = chat_llm()
    conversations = [[user(question)] for question in QUESTIONS]
    together = answer(conversations, model, chat_template(), max_new_tokens=7)
    alone = [answer([messages], model, chat_template(), max_new_tokens=7)[0] for messages in conversations]
    assert together == alone == answer(conversations, model, chat_template(), max_new_tokens=7, batch_size=2)
    assert len({said.text for said in together}) > 1


def test_every_group_is_scored_alone_and_all_together(shapes_unchecked):
    model = chat_llm()
    own = own_answers(model)
    rows = dialogues(
        [own[0], own[1], own[2], "no", "no"],
        held_out=["question", "combination", "question", "question", "combination"],
    )
    scores = evaluate_chat(model, chat_tokenizer(), rows)
    assert {name: (score.questions, score.exact) for name, score in scores.items()} == {
        "all": (5, pytest.approx(60.0)),
        "question": (3, pytest.approx(200 / 3)),
        "combination": (2, pytest.approx(50.0)),
    }


@pytest.mark.parametrize("said", [LAW.upper(), LAW + ".", " " + LAW, ""])
def test_another_case_or_one_letter_more_is_not_exact(said, monkeypatch):
    monkeypatch.setattr(chat, "answer", lambda *arguments: [chat.Answer(said, ended=True)])
    assert evaluate_chat(chat_llm(), chat_tokenizer(), dialogues([LAW]))["all"] == AnswerScores(
        1, exact=0.0, ended=100.0
    )


@pytest.mark.usefixtures("shapes_unchecked")
def test_the_response_is_not_shown_to_the_model():
    rows = dialogues([LAW, LAW])
    assert [message["role"] for message in conversation(rows[0])[:-1]] == ["user"]
    model = chat_llm()
    own = own_answers(model)[:2]
    assert evaluate_chat(model, chat_tokenizer(), rows)["all"].exact == 100 * own.count(LAW) / 2
