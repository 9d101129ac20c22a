"""What a run of a study keeps, and when it begins anew. The study is made up: it throws coins."""

import inspect
import sys
from dataclasses import replace

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import read_json, write_json
from course_lib.workshop.studies import Study, read_card, runner, stale
from course_lib.workshop.studies.digest import digest, what_runs
from tests.workshop.cli.conftest import course

CALLS = []


def measure(seed=0, sides=2, throws=3):
    CALLS.append((seed, sides))
    faces = torch.randint(sides, (throws,))
    return {"mean": faces.double().mean().item(), "faces": faces.tolist()}


COINS = Study(measure=measure, arms={"coin": {}, "die": {"sides": 6}})


@pytest.fixture(autouse=True)
def no_calls():
    CALLS.clear()


def test_a_card_holds_arms_by_seeds_by_numbers(tmp_path):
    card = runner.run(COINS, 2, tmp_path)
    assert CALLS == [(0, 2), (0, 6), (1, 2), (1, 6)]
    assert card.arms == ["coin", "die"] and card.seeds == 2
    assert card.values("faces")["die"].shape == (2, 3)
    assert card.values("faces[-1]")["coin"].tolist() == card.values("faces")["coin"][:, -1].tolist()
    assert read_card("test_runner", tmp_path) == card
    assert card.content["recipe"] == {"sides": 2, "throws": 3} and card.content["arms"]["die"]["changes"] == {
        "sides": 6
    }


def test_the_same_seed_gives_the_same_numbers_alone_and_after_others(tmp_path):
    after = runner.run(COINS, 2, tmp_path).values("faces")["die"][1]
    assert runner.measured(COINS, "die", 1)["faces"] == after.tolist()


def test_what_a_card_holds_is_not_measured_again(tmp_path):
    runner.run(COINS, 1, tmp_path)
    runner.run(COINS, 3, tmp_path)
    assert [(seed, sides) for seed in range(3) for sides in (2, 6)] == CALLS


def test_a_study_without_its_packages_says_what_to_install(tmp_path):
    study = replace(COINS, packages=("pytest", "no-such-package"))
    with pytest.raises(CourseError, match="test_runner needs more than the course: pip install no-such-package$"):
        runner.run(study, 1, tmp_path)
    assert CALLS == []


def test_an_interrupted_run_keeps_what_it_had(tmp_path):
    def stop(left):
        yield left[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(COINS, 2, tmp_path, track=stop)
    assert runner.run(COINS, 2, tmp_path).seeds == 2 and len(CALLS) == 4


def test_a_study_that_has_changed_begins_anew(tmp_path, monkeypatch):
    runner.run(COINS, 1, tmp_path)
    assert list(stale([COINS], tmp_path)) == []
    monkeypatch.setattr(runner, "digest", lambda study: "another")
    assert list(stale([COINS], tmp_path)) == ["test_runner"]
    runner.run(COINS, 1, tmp_path)
    assert len(CALLS) == 4 and read_json(tmp_path / "test_runner.json")["digest"] == "another"


def changed(folder, **content):
    """A card of the coins, with other contents."""
    runner.run(COINS, 2, folder)
    path = folder / "test_runner.json"
    write_json(path, read_json(path) | content)
    return path


def test_a_card_is_up_to_date_again_after_one_run_gave_its_numbers(tmp_path):
    path = changed(tmp_path, digest="of other names")
    CALLS.clear()
    assert (
        runner.confirm(COINS, "die", tmp_path)
        == read_card("test_runner", tmp_path).content["arms"]["die"]["seeds"]["0"]
    )
    assert CALLS == [(0, 6)] and list(stale([COINS], tmp_path)) == []
    assert read_json(path)["arms"].keys() == COINS.arms.keys()


def test_a_card_with_another_number_is_not_confirmed_and_both_are_named(tmp_path):
    path = changed(tmp_path, digest="of other names")
    content = read_json(path)
    measured = content["arms"]["die"]["seeds"]["0"]["mean"]
    content["arms"]["die"]["seeds"]["0"]["mean"] = 17.5
    write_json(path, content)
    with pytest.raises(CourseError, match=f"measures mean = {measured} with seed 0, but its card has 17.5; run course"):
        runner.confirm(COINS, "die", tmp_path)
    assert read_json(path) == content
    runner.confirm(replace(COINS, timed=("mean",)), "die", tmp_path)
    assert list(stale([COINS], tmp_path)) == []


@pytest.mark.parametrize(
    ("stored", "found", "equal"),
    [
        (2.45018574, 2.45018608, True),
        (2.45018574, 2.4503, False),
        ([1.0, 3.0], [1.000001, 3.0], True),
        ([1.0, 3.0], [1.0, 3.1], False),
        ([1.0, 3.0], [1.0], False),
        ([1.0], 1.0, False),
        (None, 1.0, False),
        (0.0, 0.0, True),
    ],
)
def test_numbers_agree_if_only_the_rounding_of_a_processor_sets_them_apart(stored, found, equal):
    assert runner.agree(stored, found) is equal


def test_a_study_with_other_settings_than_its_card_is_not_confirmed(tmp_path):
    changed(tmp_path, recipe={"sides": 2, "throws": 4})
    CALLS.clear()
    with pytest.raises(CourseError, match="the settings of the study test_runner are not those of its card"):
        runner.confirm(COINS, "coin", tmp_path)
    assert CALLS == []


def test_an_unknown_arm_is_not_confirmed(tmp_path):
    changed(tmp_path)
    with pytest.raises(CourseError, match='no arm "cards": expected one of coin, die'):
        runner.confirm(COINS, "cards", tmp_path)


def test_a_study_without_a_card_is_stale(tmp_path):
    assert list(stale([COINS], tmp_path)) == ["test_runner"]


@pytest.mark.parametrize(
    "use", [lambda f: read_card("test_runner", f), lambda f: runner.run(COINS, 1, f), lambda f: list(stale([COINS], f))]
)
@pytest.mark.parametrize(
    ("key", "value"), [("arms", []), ("digest", None), ("minutes", "1"), ("arms", {"coin": {"seeds": [1]}})]
)
def test_a_card_that_somebody_else_wrote_is_named(use, key, value, tmp_path):
    runner.run(COINS, 1, tmp_path)
    path = tmp_path / "test_runner.json"
    for content in ([], read_json(path) | {key: value}):
        write_json(path, content)
        with pytest.raises(CourseError, match=r"test_runner\.json is not what course study writes; delete it, and run"):
            use(tmp_path)


@pytest.mark.parametrize("numbers", [{}, {"x": float("nan")}, {"x": torch.tensor(1.0)}, {"x": [1.0, None]}, {"x": []}])
def test_what_json_would_not_keep_is_refused(tmp_path, monkeypatch, numbers):
    monkeypatch.setattr(sys.modules[__name__], "measure", lambda seed: numbers)
    study = replace(COINS, measure=measure)
    monkeypatch.setattr(Study, "name", "made up")
    with pytest.raises(CourseError, match="plain numbers"):
        runner.measured(study, "coin", 0)


def test_an_unknown_card_or_number_is_named(tmp_path):
    card = runner.run(COINS, 1, tmp_path)
    with pytest.raises(CourseError, match="mean, faces"):
        card.values("median")
    with pytest.raises(CourseError, match="there are: test_runner"):
        read_card("tuesday", tmp_path)


@pytest.mark.parametrize("number", ["faces[3]", "faces[-4]", "mean[0]"])
def test_a_point_that_a_curve_has_not_is_no_number_of_the_card(number, tmp_path):
    with pytest.raises(CourseError, match="no arm of the study measured"):
        runner.run(COINS, 1, tmp_path).values(number)


def test_comments_docstrings_and_annotations_do_not_count():
    import ast

    plain = "def f(x):\n    return 1"
    told = '"""About."""\n\ndef f(x: int) -> int:\n    """One."""\n    return 1  # always'
    assert ast.dump(what_runs(ast.parse(plain))) == ast.dump(what_runs(ast.parse(told)))
    assert ast.dump(what_runs(ast.parse(plain))) != ast.dump(what_runs(ast.parse(plain.replace("1", "2"))))


def test_a_name_that_is_imported_from_elsewhere_does_not_count(monkeypatch):
    def digest_of(source):
        monkeypatch.setattr(inspect, "getsource", lambda module: source)
        return digest(COINS)

    here = digest_of("from here import f\n\nx = f(1)")
    assert here == digest_of("import sys\nfrom there import f\n\nx = f(1)")
    assert here != digest_of("from here import f\n\nx = f(2)")


def test_the_command_lists_the_studies_and_names_an_unknown_one():
    listed = course("study")
    assert listed.exit_code == 0 and "ring" in listed.output
    assert course("study", "tuesday").exit_code == 2
