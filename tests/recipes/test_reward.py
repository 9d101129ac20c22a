"""The reward model's recipe: from a chat model and pairs in a folder to a scorer that tells them apart."""

from course_lib.models import Scorer, load_model
from course_lib.recipes import run
from course_lib.recipes.reward import two_answers
from tests.chats import assistant, chat_template, user
from tests.recipes.toys import quiet


def test_the_folder_holds_a_scorer_that_prefers_what_was_chosen(toys, tmp_path):
    recipe, source = toys["reward"]
    card = run(recipe, source, out=tmp_path / "reward", report=quiet)
    model, _ = load_model(str(tmp_path / "reward"))
    assert isinstance(model, Scorer)
    assert card["validation"]["all"] == {"pairs": 4, "accuracy": 100.0}
    assert card["history"][0]["accuracy"] == 0.0, "all scores are zero at first, and a tie is no preference"


def test_answers_that_are_cut_before_they_differ_are_none():
    template, question = chat_template(), user("Hello!")
    row = {"chosen": [question, assistant("There are two cats.")], "rejected": [question, assistant("There are cats.")]}
    (chosen, _), (rejected, _) = two_answers(row, template, 97)
    differ = next(i for i, (a, b) in enumerate(zip(chosen, rejected, strict=False)) if a != b)
    assert two_answers(row, template, differ + 1) is not None
    assert two_answers(row, template, differ) is None
    assert two_answers(row, template, 3) is None, "no room for an answer"
