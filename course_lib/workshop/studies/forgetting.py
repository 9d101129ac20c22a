"""What does a model answer, and what has it forgotten, when the questions or old stories are scored, too?

The base model is fine-tuned on the dialogues of the lesson. Stories take a fifth of the tokens in the arms that have
them; a control gets as many more steps, so that it reads each dialogue as often as without stories. Where questions are
scored, too, they are more than half of what is scored, so both this arm and the first one are also run for longer.
"""

from course_lib.data import Example, load_dialogues, load_stories, scored_in_full
from course_lib.evaluation import evaluate_chat
from course_lib.models import load_model
from course_lib.workshop.studies.fine_tuning import dialogues, examples, fine_tune, scored, stories
from course_lib.workshop.studies.study import Numbers, Study

OLD = 2000  # stories from which the old ones are taken


def with_stories(learned: list[Example], share: float) -> list[Example]:
    """The examples, and stories that take `share` of all tokens."""
    base, tokenizer = load_model("base")
    budget = sum(len(example.ids) for example in learned) * share / (1 - share)
    mixed = list(learned)
    for story in scored_in_full([[tokenizer.bos_id, *ids][: base.config.max_length] for ids in stories("train", OLD)]):
        budget -= len(story.ids)
        if budget < 0:
            break
        mixed.append(story)
    return mixed


def measure(
    seed: int = 0,
    prompts_too: bool = False,
    old: float = 0.0,
    steps: int = 120,
    rate: float = 0.002,
    questions: int = 10_000,
    texts: int = 100,
) -> Numbers:
    """Percents of exact and ended answers, that of exact comparisons alone, and the perplexity of held-out stories.

    A comparison has two possible answers, so a coin gets half of them.
    """
    learned = scored_in_full([example.ids for example in examples()]) if prompts_too else examples()
    model, tokenizer = fine_tune(lambda model: model, with_stories(learned, old), steps, rate, seed)
    comparisons = dialogues("validation").filter(lambda row: row["category"] == "comparisons")
    compared = evaluate_chat(model, tokenizer, comparisons.select(range(min(questions, len(comparisons)))))["all"]
    return {**scored(model, tokenizer, questions, texts), "comparisons": compared.exact}


STUDY = Study(
    measure=measure,
    arms={
        "answers only": {},
        "answers only, 280 steps": {"steps": 280},
        "prompts too": {"prompts_too": True},
        "prompts too, 280 steps": {"prompts_too": True, "steps": 280},
        "answers and stories": {"old": 0.2},
        "answers and stories, 150 steps": {"old": 0.2, "steps": 150},
    },
    loaders=(load_dialogues, load_stories),
    models=("base",),
    toy={"steps": 1, "questions": 2, "texts": 2},
)
