"""The reward model's recipe: from a chat model and pairs in a folder to a scorer that tells them apart."""

from course_lib.models import Scorer, load_model
from course_lib.workshop.recipes import run
from tests.workshop.recipes.toys import quiet


def test_the_folder_holds_a_scorer_that_prefers_what_was_chosen(toys, tmp_path):
    recipe, source = toys["reward"]
    card = run(recipe, source, out=tmp_path / "reward", report=quiet)
    model, _ = load_model(str(tmp_path / "reward"))
    assert isinstance(model, Scorer)
    assert card["validation"]["all"] == {"pairs": 4, "accuracy": 100.0}
    assert card["history"][0]["accuracy"] == 0.0, "all scores are zero at first, and a tie is no preference"
