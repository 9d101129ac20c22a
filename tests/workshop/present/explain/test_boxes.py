"""Every box of the page equals its twin in `course_lib.nn`, on the same weights of 16 bits."""

import pytest
import torch

from course_lib.workshop.present.explain.page import FOLDER
from tests.javascript import run
from tests.parity import assert_near
from tests.workshop.present.explain import boxes_of_all, boxes_of_decoders, boxes_of_pictures, boxes_of_translators
from tests.workshop.present.explain.twins import ROWS, WEIGHTS

FILES = boxes_of_all, boxes_of_decoders, boxes_of_pictures, boxes_of_translators
CASES = {
    name.removeprefix("case_"): case for file in FILES for name, case in vars(file).items() if name.startswith("case_")
}


@torch.no_grad()
def check(case):
    """The JavaScript of a case gives the numbers that it expects, to float32's precision."""
    javascript, given, expected = case
    given = {name: value.tolist() if isinstance(value, torch.Tensor) else value for name, value in given.items()}
    found = run(WEIGHTS * ("packed" in given), ROWS, javascript, **given)
    assert len(found) == len(expected)
    for numbers, tensor in zip(found, expected, strict=True):
        assert_near(torch.tensor(numbers).reshape(tensor.shape).float(), tensor.float(), 1e-5)


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_every_box_equals_its_twin(name):
    check(CASES[name]())


@torch.no_grad()
def test_addition_comes_after_normalization_too():
    check(boxes_of_translators.case_add_norm(norm_first=True))


def test_every_box_has_its_twin():
    assert set(CASES) == {path.stem for path in (FOLDER / "nn").glob("*.js")}
