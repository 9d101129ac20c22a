"""The aligned model's recipe: from a chat model, a judge and prompts in a folder to a policy that the judge prefers."""

import pytest

from course_lib.workshop.recipes import run
from tests.workshop.recipes.toys import longer, quiet


@pytest.mark.slow
def test_the_judge_likes_the_aligned_model_better_and_the_card_says_by_how_much(toys, tmp_path):
    recipe, source = toys["aligned"]
    card = run(longer(recipe, 40), source, out=tmp_path / "aligned", report=quiet)
    before, after = card["further"]["before"]["all"], card["validation"]["all"]
    assert before["kl per token"] == pytest.approx(0.0, abs=1e-6)
    assert after["kl per token"] > 0.001
    assert after["learnt reward"] > before["learnt reward"] + 0.1
    assert "true reward" not in after, "only the little world knows it"
