"""What does LoRA on the world's dialogues do to a real model: which answers come, and what is lost of the old ones?

SmolLM2 reads dialogues in its own chat template; LoRA is on all linear layers inside of it. The control learns the same
answers, dealt out among the questions anew.
"""

import math
import random
from collections.abc import Callable
from pydoc_data.topics import topics
from typing import TYPE_CHECKING

from course_lib.data import (
    ChatTemplate,
    Example,
    Template,
    conversation,
    load_dialogues,
    load_stories,
    packed_batches,
)
from course_lib.data.messages import Conversation
from course_lib.evaluation import answer, evaluate_language_model, mean_loss, score_texts
from course_lib.models import Llm, load_model
from course_lib.models.vlm_adapter import adapted
from course_lib.objectives import TokenPrediction
from course_lib.workshop.convert import open_checkpoint
from course_lib.workshop.convert.artifacts import ARTIFACTS
from course_lib.workshop.recipes.chat import answerable
from course_lib.workshop.studies.harness import fit, percent
from course_lib.workshop.studies.study import Numbers, Study

if TYPE_CHECKING:  # slow to import
    import datasets

BATCH, ROW = 192, 512  # tokens of a training batch, and of a batch when it is over
CUT = 128  # tokens of a text of Python's manual
KNOWN = {
    "What is the capital of France?": "Paris",
    "What is the capital of Japan?": "Tokyo",
    "What is the capital of Italy?": "Rome",
    "What is the capital of Germany?": "Berlin",
    "What is the capital of Egypt?": "Cairo",
    "On which continent is Kenya?": "Africa",
    "Which planet do we live on?": "Earth",
    "Which planet is the largest in our solar system?": "Jupiter",
    "Which star is nearest to the Earth?": "Sun",
    "What is the chemical symbol of gold?": "Au",
    "What is the chemical symbol of oxygen?": "O",
    "What do plants take in from the air to make sugar?": "carbon",
    "Which organ pumps the blood through the body?": "heart",
    "Who wrote Romeo and Juliet?": "Shakespeare",
    "Who painted the Mona Lisa?": "Leonardo",
    "Who developed the theory of relativity?": "Einstein",
    "Which language do people speak in Brazil?": "Portuguese",
    "How many days does a week have?": "7 seven",
    "How many legs does a spider have?": "8 eight",
    "At how many degrees Celsius does water boil?": "100 hundred",
}  # general knowledge, and the words of which one should be in the answer


def opened(name: str) -> tuple[Llm, Template]:
    """A model and its chat template: what `course fetch` brings, or a shipped one."""
    if name in ARTIFACTS:
        checkpoint = open_checkpoint(name)
        return checkpoint.model(), checkpoint.chat_template()
    model, tokenizer = load_model(name)
    return model, ChatTemplate(tokenizer)


def drawn(split: str, count: int, seed: int) -> "datasets.Dataset":
    """Dialogues of a split that have one right answer."""
    rows = answerable(load_dialogues("world", split)).shuffle(seed=seed)
    return rows.select(range(min(count, len(rows))))


def as_they_are(talks: list[Conversation], seed: int) -> list[Conversation]:
    """Each question has its own answer."""
    return talks


def dealt_anew(talks: list[Conversation], seed: int) -> list[Conversation]:
    """The same answers, dealt out among the questions: the same texts, without a relation."""
    answers = [talk[-1] for talk in talks]
    random.Random(seed).shuffle(answers)
    return [[*talk[:-1], other] for talk, other in zip(talks, answers, strict=True)]


def last_answer(talk: Conversation, template: Template) -> Example:
    """A conversation of which the last answer alone is scored."""
    whole, start = template.training(talk), len(template.prompt(talk[:-1]))
    return Example(whole.ids, [said and i >= start for i, said in enumerate(whole.is_completion)])


def knows(said: str, words: str) -> bool:
    """Whether one of the words is in an answer."""
    spoken = "".join(letter if letter.isalnum() else " " for letter in said).split()
    return bool(set(words.split()) & set(spoken))


def scored(model: Llm, template: Template, asked: list[Conversation], texts: int) -> Numbers:
    """Percents of exact and ended answers of the world, and of known ones; loss of answers; perplexity of texts."""
    said = answer([talk[:-1] for talk in asked], model, template, max_new_tokens=32)
    exact = [given.text.strip() == talk[-1]["content"] for given, talk in zip(said, asked, strict=True)]
    told = answer([[{"role": "user", "content": text}] for text in KNOWN], model, template, max_new_tokens=24)
    known = [knows(given.text, words) for given, words in zip(told, KNOWN.values(), strict=True)]
    examples = [last_answer(talk, template) for talk in asked]
    stories = load_stories("world", "validation").select(range(texts))
    manual = [ids[:CUT] for ids in template.tokenizer.encode_batch(list(topics.values())[:texts])]
    return {
        "exact": percent(exact),
        "ended": percent(given.ended for given in said),
        "loss": mean_loss(model, packed_batches(examples, ROW, ROW)),
        "known": percent(known),
        "stories": evaluate_language_model(model, template.tokenizer, stories)["all"].perplexity,
        "manual": math.exp(score_texts(model, manual, ROW).loss),
    }


def measure(
    seed: int = 0,
    learned: Callable[[list[Conversation], int], list[Conversation]] | None = None,
    steps: int = 30,
    rank: int = 8,
    rate: float = 1e-3,
    questions: int = 24,
    texts: int = 6,
    start: str = "smollm2",
) -> Numbers:
    """What `scored` says after `steps` of 192 tokens on what `learned` makes of dialogues; None: nothing is learned."""
    model, template = opened(start)
    if learned:
        talks = [conversation(row) for row in drawn("train", 5 * steps, seed)]
        examples = [last_answer(talk, template) for talk in learned(talks, seed)]
        batches = packed_batches(examples, BATCH, BATCH, seed)
        fit(adapted(model, rank, 2.0 * rank), batches, TokenPrediction(), steps, rate, seed)
    return scored(model, template, [conversation(row) for row in drawn("validation", questions, seed)], texts)


STUDY = Study(
    measure=measure,
    arms={
        "as it is": {},
        "LoRA": {"learned": as_they_are},
        "LoRA, answers dealt anew": {"learned": dealt_anew},
    },
    loaders=(load_dialogues, load_stories),
    models=("smollm2",),
    toy={"start": "chat", "steps": 1, "questions": 2, "texts": 2},
)
