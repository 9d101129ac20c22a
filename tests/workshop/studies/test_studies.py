"""Each study runs; each card is one of a study; and what the lessons tell of a card is what it holds."""

from functools import cache
from inspect import signature

import pytest

from course_lib.workshop.studies import CARDS, Card, all_studies, measured, read_card, stale
from course_lib.world.scenes import drawing
from tests.notebooks.lesson import LESSON_FILES, lesson_at
from tests.workshop.studies.prose import differs, links

STUDIES = all_studies()
# Even at toy size they ask a trained model, or read all texts.
LARGE = {
    "align",
    "alternatives",
    "architectures",
    "best_of_n",
    "connectors",
    "forgetting",
    "four_methods",
    "frozen",
    "future",
    "heads",
    "leak",
    "learning_rates",
    "longer",
    "lora_smollm2",
    "low_rank",
    "pleasing_the_judge",
    "pretraining",
    "shared_heads",
    "stages",
    "towers",
    "translators",
    "uptraining",
}
OF_EXPERTS = {"busiest"}  # what arms without a mixture of experts have nothing of
TOLD = [
    pytest.param(*link, id=f"{path.stem}: {link[0]}")
    for path in LESSON_FILES
    for cell in lesson_at(path).prose
    for link in links(cell.source)
]
CARD = Card({"arms": {"one: a": {"seeds": {"0": {"x": 1.26, "y": [3, 91.4]}, "1": {"x": 2.0, "y": [3, 88.6]}}}}})


def toy_run(study, arm):
    """The numbers of an arm at toy size; skips the test where the study needs packages that aren't there."""
    if study.missing:
        pytest.skip(study.missing)
    return measured(study, arm, seed=1, **study.toy)


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_each_arm_of_a_study_measures_the_same_numbers_as_its_card(study):
    stored = {name for run in read_card(study.name).content["arms"].values() for name in run["seeds"]["0"]}
    elsewhere = OF_EXPERTS | {*study.timed}
    for arm in study.arms:
        assert toy_run(study, arm).keys() - elsewhere == stored - elsewhere


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_each_arm_of_a_study_changes_settings_that_it_has(study):
    for settings in study.arms.values():
        signature(study.measure).bind(**{"seed": 1, **study.toy, **settings})


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n in LARGE else ()) for n in STUDIES])
def test_a_study_gives_the_same_numbers_for_the_same_seed(name):
    study = STUDIES[name]
    arm = next(iter(study.arms))
    assert toy_run(study, arm) == toy_run(study, arm)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_each_study_has_a_card_with_all_its_arms_and_three_seeds_or_more(study):
    command = f"`course study {study.name} --seeds 3`"
    assert (CARDS / f"{study.name}.json").exists(), f"no card yet: {command} writes data/studies/{study.name}.json"
    card = read_card(study.name)
    assert card.arms == list(study.arms) and card.seeds >= 3


def test_each_card_fits_its_study(monkeypatch):
    monkeypatch.setattr(drawing, "render_png", cache(drawing.render_png))  # two data sets have the same 8,000 pictures
    assert list(stale(STUDIES.values())) == [], "see what `make green` says"


def test_each_card_belongs_to_a_study():
    assert {path.stem for path in CARDS.glob("*.json")} <= set(STUDIES), "delete the cards of studies that are gone"


@pytest.mark.parametrize(("text", "study", "title"), TOLD)
def test_a_number_told_of_a_study_is_that_of_its_card(text, study, title):
    assert differs(text, title, read_card(study)) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("1.6", "one: a: x"),
        ("1.63", "one: a: x"),
        ("1.3 to 2.0", "one: a: x"),
        ("90 %", "one: a: y[-1]"),
        ("89 to 91 %", "one: a: y[1]"),
        ("1.26", "one: a: x, lowest"),
        ("2", "one: a: x, seed 1"),
        ("the study", ""),
    ],
)
def test_what_a_card_holds_may_be_told(text, title):
    assert differs(text, title, CARD) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("1.7", "one: a: x"),
        ("1.2 to 2.0", "one: a: x"),
        ("few", "one: a: x"),
        ("90 %", "one: a: y[0]"),
        ("2", "one: a: x, lowest"),
        ("2", "one: a: y"),
        ("2", "two: x"),
        ("2", "x"),
    ],
)
def test_what_a_card_does_not_hold_is_named(text, title):
    assert differs(text, title, CARD)


def test_links_to_cards_are_found_in_a_text():
    text = 'It is [91 %](../data/studies/ring.json "one layer: right[-1]"), see [this](../data/studies/ring.json).'
    assert links(text) == [("91 %", "ring", "one layer: right[-1]"), ("this", "ring", "")]
