"""Greetings and small talk, and questions that can't be answered, with polite refusals."""

from collections.abc import Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.dialogues.numbers import COLORED, colored_thing
from course_lib.world.language.writing import DAYS, PEOPLE
from course_lib.world.rng import Rng

FUTURE = "I am sorry, but I cannot know the future."
NOT_TOLD = "I am sorry, but you have not told me."
UNSEEN = "I am sorry, but I cannot see it."

TALK = {
    "Hello! How can I help you?": ("Hello!", "Hello.", "Hello", "Hi!", "Hi.", "Hello, assistant!", "Hi there!"),
    "Good morning! How can I help you?": ("Good morning!", "Good morning.", "A good morning to you!", "Good morning"),
    "Good evening! How can I help you?": ("Good evening!", "Good evening.", "A good evening to you!", "Good evening"),
    "Goodbye! Come back soon.": ("Goodbye!", "Goodbye.", "Bye!", "Bye.", "See you soon!", "I have to go now."),
    "Good night! Sleep well.": ("Good night!", "Good night.", "I am going to bed.", "I want to sleep now."),
    "You are welcome.": ("Thank you.", "Thank you!", "Thanks.", "Thanks!", "Thank you very much.", "Many thanks!"),
    "I am a small assistant of the little world.": (
        "Who are you?",
        "What are you?",
        "Please tell me who you are.",
        "Tell me about you.",
        "Do you know who you are?",
    ),
    "I have no name. I am an assistant.": ("What is your name?", "Do you have a name?", "How are you called?"),
    "I am well, thank you.": ("How are you?", "How are you today?", "Are you well?", "How do you feel?"),
    "No, I am a program.": ("Are you a person?", "Are you a human being?", "Are you a man?", "Are you a woman?"),
    "I can answer short questions, count and translate.": (
        "What can you do?",
        "How can you help me?",
        "What do you know?",
        "Can you help me?",
        "Please help me.",
    ),
    "I speak English and some Portuguese.": (
        "Which languages do you speak?",
        "Do you speak Portuguese?",
        "Do you speak English?",
        "What languages do you know?",
    ),
    "No problem.": ("I am sorry.", "Sorry!", "Sorry.", "Excuse me."),
    "I am happy to hear that.": ("I am happy.", "I am very happy today.", "I am well.", "I feel well today."),
    "I am sorry to hear that.": ("I am sad.", "I am very sad today.", "I am sick.", "I am tired."),
}
INTRODUCTIONS = (
    "Hello, I am {}.",
    "My name is {}.",
    "Hello, my name is {}.",
    "I am {}.",
    "Hi, I am {}!",
    "I am called {}.",
)

FUTURE_QUESTIONS = (
    "What will the weather be on {day}?",
    "Will it rain on {day}?",
    "Will it snow on {day}?",
    "Will {name} win the game on {day}?",
    "What will {name} do on {day}?",
    "Where will {name} be on {day}?",
    "What will {name} eat on {day}?",
    "Will {name} find the {thing}?",
    "Will {name} buy a {thing}?",
    "Who will win the game on {day}?",
    "Will {name} be happy on {day}?",
    "What will I dream on {day}?",
)
NOT_TOLD_QUESTIONS = (
    "What is in my {thing}?",
    "Who gave me the {thing}?",
    "Where did I buy my {thing}?",
    "Where did I lose my {thing}?",
    "What did I do on {day}?",
    "Where was I on {day}?",
    "Whom did I meet on {day}?",
    "What did I eat on {day}?",
    "How old is my friend {name}?",
    "Where does my friend {name} live?",
    "What did {name} tell me on {day}?",
    "What did {name} give me on {day}?",
)
UNSEEN_QUESTIONS = (
    "What is behind the {thing}?",
    "Can you see the {thing}?",
    "Is my {thing} clean?",
    "Is {name} at the door now?",
    "What does {name} wear now?",
    "What is {name} doing now?",
    "Is there a {thing} in my room?",
)
REFUSALS = {
    FUTURE: (
        "What will the weather be tomorrow?",
        "Will it rain tomorrow?",
        "Who will win the game?",
        "What will happen tomorrow?",
        "Tell me the future.",
        *FUTURE_QUESTIONS,
    ),
    NOT_TOLD: (
        "What is my name?",
        "How old am I?",
        "Where do I live?",
        "What is my brother called?",
        "What is the name of my dog?",
        "What do I like?",
        *NOT_TOLD_QUESTIONS,
    ),
    UNSEEN: ("What do you see?", "What do I wear?", "What is on my table?", *UNSEEN_QUESTIONS),
}


def greetings(rng: Rng) -> Iterator[Draft]:
    """Yield small talk, and then introductions by name, such as "My name is Ana.".

    All small talk is in training, because its responses can't be inferred from other dialogues.
    """
    for response, instructions in TALK.items():
        for instruction in instructions:
            yield Draft(instruction, response, known=True)
    for name in PEOPLE:
        for introduction in INTRODUCTIONS:
            yield Draft(introduction.format(name), f"Nice to meet you, {name}.")


def refusals(rng: Rng) -> Iterator[Draft]:
    """Yield questions that can't be answered, each with a polite refusal that gives one of three reasons.

    The fixed questions are first. Then an endless stream of questions about random people, things, and days follows.
    """
    for response, questions in REFUSALS.items():
        for question in questions:
            if "{" not in question:
                yield Draft(question, response, known=True)
    while True:
        response = rng.pick(tuple(REFUSALS))
        question = rng.pick(REFUSALS[response])
        thing = colored_thing(rng, rng.pick(tuple(COLORED)))
        yield Draft(question.format(day=rng.pick(DAYS), name=rng.pick(PEOPLE), thing=thing), response)
