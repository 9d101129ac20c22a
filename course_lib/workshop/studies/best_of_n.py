"""How good is the answer that a judge likes best among n that the chat model draws?"""

import torch

from course_lib.data import load_preferences
from course_lib.generation.rollouts import sample_answers
from course_lib.models import load_model
from course_lib.workshop.studies.answering import ROOM, requests, rule, template
from course_lib.workshop.studies.pleasing_the_judge import teachers
from course_lib.workshop.studies.study import Numbers, Study

COUNTS = 1, 2, 4, 8, 16, 32


def measure(
    seed: int = 0,
    teacher: str = "young",
    counts: tuple[int, ...] = COUNTS,
    judge_steps: int = 60,
    judge_pairs: int = 1200,
    asked: int = 100,
) -> Numbers:
    """The true reward of the judge's favorite, and what the judge says of it, for each number of answers."""
    chooses = teachers(judge_pairs, judge_steps, seed)[teacher]()
    chat = load_model("chat")[0].eval()
    prompts = [ids for ids in requests("validation", asked) for _ in range(counts[-1])]
    answers = sample_answers(prompts, chat, template().end_id, ROOM, temperature=1.0, seed=seed)
    liked, true = (torch.tensor(reward(prompts, answers)).view(-1, counts[-1]) for reward in (chooses, rule()))
    favorites = [liked[:, :count].argmax(dim=1, keepdim=True) for count in counts]
    return {
        "judge": [liked.gather(1, favorite).mean().item() for favorite in favorites],
        "rule": [true.gather(1, favorite).mean().item() for favorite in favorites],
    }


STUDY = Study(
    measure=measure,
    arms={"young judge": {}, "shipped judge": {"teacher": "shipped"}, "the rule": {"teacher": "rule"}},
    loaders=(load_preferences,),
    models=("chat", "reward"),
    toy={"counts": (1, 2), "judge_steps": 1, "judge_pairs": 8, "asked": 3},
)
