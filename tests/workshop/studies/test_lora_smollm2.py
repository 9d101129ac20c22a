"""What the study of LoRA on a real model counts, and what its control changes."""

import pytest

from course_lib.workshop.studies.lora_smollm2 import dealt_anew, knows, last_answer, opened


def talk_of(question, said):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": said}]


@pytest.mark.parametrize(
    ("said", "words", "right"),
    [
        ("The capital of France is Paris.", "Paris", True),
        ("It's O.", "O", True),
        ("Oxygen is a gas.", "O", False),
        ("A week has seven days.", "7 seven", True),
        ("A week has 52 weeks.", "7 seven", False),
    ],
)
def test_an_answer_is_known_where_it_has_one_of_the_words_whole(said, words, right):
    assert knows(said, words) is right


def test_answers_that_are_dealt_anew_are_the_same_ones_under_other_questions():
    talks = [talk_of(f"How much is {n} and {n}?", f"It is {2 * n}.") for n in range(13)]
    dealt = dealt_anew(talks, seed=1)
    assert [talk[:-1] for talk in dealt] == [talk[:-1] for talk in talks]
    assert sorted(talk[-1]["content"] for talk in dealt) == sorted(talk[-1]["content"] for talk in talks)
    assert dealt != talks


def test_of_a_conversation_the_last_answer_alone_is_scored():
    _, template = opened("chat")
    example = last_answer(talk_of("Hi!", "Hello!") + talk_of("Which colour?", "The car is red."), template)
    said = [id for id, scored in zip(example.ids, example.is_completion, strict=True) if scored]
    assert template.decode(said) == "The car is red." and said[-1] == template.end_id
