"""Every recipe, from its data to its card, on another device than the CPU."""

from dataclasses import replace

import pytest

from course_lib.workshop.recipes import RECIPES, run, score
from tests.pretend_device import UNAVAILABLE, pretend_device
from tests.workshop.recipes.toys import longer, quiet

# They write many answers, token by token, or belong to those that do.
WRITERS = "aligned", "vlm", "vlm-aligned", "connector-smollm2", "vlm-smollm2"


def slow(name):
    return pytest.param(name, marks=pytest.mark.slow)


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)
@pytest.mark.parametrize("name", [slow(name) if name in WRITERS else name for name in RECIPES])
def test_a_recipe_ends_with_its_card_on_another_device(name, toys, tmp_path):
    recipe, source = toys[name]
    recipe = replace(longer(recipe, 2, evaluations=1), earlier=tuple(longer(stage, 1) for stage in recipe.earlier))
    with pretend_device():
        card = run(recipe, source, out=tmp_path, report=quiet)
        assert score(recipe, tmp_path, source)["scores"] == card["validation"]
