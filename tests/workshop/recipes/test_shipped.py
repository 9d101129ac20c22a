"""The shipped models do what their cards say, as `course evaluate` measures it."""

import json

import pytest

from course_lib.files import read_json
from course_lib.runtime import MODELS
from course_lib.workshop.recipes import RECIPES
from tests.workshop.cli.conftest import course

FAST = ("bert",)
FETCHED = ("connector-smollm2", "vlm-smollm2")  # they belong to what `course fetch` brings; see test_smollm2.py


def near(scores, slack=1e-3):
    """Equal but for rounding: of a thousand questions, or of a part, another machine may answer two otherwise."""
    if isinstance(scores, dict):
        slack = 200 / scores["questions"] if "questions" in scores else slack
        return {name: near(value, slack) for name, value in scores.items()}
    return scores if isinstance(scores, int) else pytest.approx(scores, rel=2e-3, abs=slack)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in RECIPES if name not in FETCHED],
)
def test_a_shipped_model_scores_what_its_card_says(name):
    card = read_json(MODELS / name / "card.json")
    report = json.loads(course("evaluate", name, "--json").stdout)
    assert report["left out"] == card["left out"]["validation"] == 0
    assert report["scores"] == near(card["validation"])
    assert report.get("further", {}) == near(card.get("further", {}))
