"""Questions about the three laws of robotics from Isaac Asimov's story "Runaround" (1942), in many phrasings."""

from collections.abc import Iterator

from course_lib.world.dialogues.draft import Draft
from course_lib.world.rng import Rng

LAWS = {
    "first": "A robot may not injure a human being or, through inaction, allow a human being to come to harm.",
    "second": "A robot must obey the orders given it by human beings except where such orders would conflict with the "
    "First Law.",
    "third": "A robot must protect its own existence as long as such protection does not conflict with the First or "
    "Second Law.",
}
RECITATION = "Please recite the {} law of robotics"
REQUESTS = (
    "Recite {}.",
    "Please recite {}.",
    "Please recite {}",
    "What is {}?",
    "What does {} say?",
    "Tell me {}.",
    "Please tell me {}.",
    "Can you recite {}?",
    "How does {} go?",
    "Do you know {}?",
    "I would like to hear {}.",
    "Say {}, please.",
)
NAMES = ("the {} law of robotics", "the {} law of robots", "the {} of the three laws of robotics", "Asimov's {} law")
AUTHOR = "Isaac Asimov wrote them in the story Runaround, in 1942."
ABOUT = {
    AUTHOR: (
        "Who wrote the laws of robotics?",
        "Who wrote the three laws of robotics?",
        "Where do the laws of robotics come from?",
        "Who is the author of the laws of robotics?",
        "In which story are the laws of robotics?",
        "Please tell me who wrote the laws of robotics.",
        "Do you know who wrote the laws of robotics?",
        "From which story are the three laws of robotics?",
    ),
    "There are three laws of robotics.": (
        "How many laws of robotics are there?",
        "How many laws has a robot?",
        "How many laws of robots are there?",
        "What is the number of the laws of robotics?",
        "Please tell me how many laws of robotics there are.",
        "Do you know how many laws of robotics there are?",
    ),
}


def laws(rng: Rng) -> Iterator[Draft]:
    """Yield requests to recite each law in every phrasing, and questions about the author and the number of the laws.

    "Please recite the first law of robotics" and its counterparts for the other laws are always in training.
    """
    for number, law in LAWS.items():
        for request in REQUESTS:
            for name in NAMES:
                instruction = request.format(name.format(number))
                yield Draft(instruction, law, known=instruction.startswith(RECITATION.format(number)))
    for answer, questions in ABOUT.items():
        for question in questions:
            yield Draft(question, answer, known=question is questions[0])
