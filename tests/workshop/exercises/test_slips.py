"""A slip is made wherever the solution has a place for it, and an answer that gives the same is told so."""

import pytest
import torch

from course_lib.workshop.exercises import Exercise
from course_lib.workshop.exercises.checking import examine
from course_lib.workshop.exercises.slips import slips
from course_lib.workshop.exercises.solutions import Edit


def attend(q, k, v):
    """T E, S E, S E -> T E."""
    scores = q @ k.mT / q.shape[1] ** 0.5
    return scores.softmax(dim=-1) @ v


def waits(n):
    """Counts to n."""
    count = 0
    while count < n:
        count += 1
    return count


def halves(x):
    """A half."""
    return x / 2


def all_halves(xs):
    """The halves of some."""
    return [halves(x) for x in xs]


def standardized(x):
    """Each row without its mean, over its standard deviation."""
    return (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True)


def layers(n, d):
    """A count."""
    return n * (d * d + 4)


def grown(x, by):
    """Of a sum."""
    return (x + by).exp()


def sign(x):
    """Which side of 0."""
    return {"side": "more" if x > 0 else "less", "of": "zero"}


def paper():
    kept = 40 * (384 + 64) * 2
    return {"kept": kept, "word": "cache"}


def cases(seed):
    source = torch.Generator().manual_seed(seed)
    return [tuple(torch.randn(n, 7, generator=source) for n in (3, 5, 5))]


ATTEND = Exercise(id="99.1", title="Attention", points=1, truth=attend, mistakes=[], cases=cases)


def said(answer):
    return examine(ATTEND, answer).message


@pytest.mark.parametrize(
    ("answer", "slip"),
    [
        (lambda q, k, v: (q @ k.T).softmax(dim=-1) @ v, "without the division by"),
        (lambda q, k, v: (q @ k.T / k.shape[1] ** 0.5).softmax(dim=0) @ v, "along another axis"),
        (lambda q, k, v: q @ k.mT / q.shape[1] ** 0.5 @ v, "without the softmax"),
        (lambda q, k, v: (q @ k.mT / k.shape[1] ** 0.5).log_softmax(dim=-1) @ v, "with log-probabilities instead of"),
        (lambda q, k, v: (q @ v.mT / v.shape[1] ** 0.5).softmax(dim=-1) @ v, "with `v`, where `k` belongs"),
        (lambda q, k, v: (q @ k.mT / q.shape[-1]).softmax(dim=-1) @ v, "without a power or a root"),
    ],
)
def test_an_answer_that_gives_what_a_slip_gives_is_told_so(answer, slip):
    assert f"you get this {slip}" in said(answer)


@pytest.mark.parametrize(
    ("answer", "slip"),
    [
        (lambda n, d: n * d * d + 4, "with brackets in another place"),
        (lambda n, d: d * (n * n + 4), "with `n` and `d` exchanged"),
        (lambda n, d: (n - 1) * (d * d + 4), "with `n` − 1, where `n` belongs"),
    ],
)
def test_brackets_inputs_and_numbers_can_be_mistaken(answer, slip):
    count = Exercise(id="99.2", title="Count", points=1, truth=layers, mistakes=[], cases=lambda seed: [(seed + 1, 7)])
    assert f"you get this {slip}" in examine(count, answer).message


def rejected(p, q):
    rest = (p - q).clamp_min(0)
    return rest / rest.sum()


def mean_of_rows(rows):
    return sum([row / len(row) for row in rows])


@pytest.mark.parametrize(
    ("solution", "answer", "slip"),
    [
        (rejected, lambda p, q: (p - q).clamp_min(0), "without the division by `(p - q).clamp_min(0).sum()`"),
        (mean_of_rows, lambda rows: sum([row for row in rows]), "without the division by `len(…)`"),  # noqa: C416
    ],
)
def test_what_is_left_out_is_told_in_terms_of_arguments(solution, answer, slip):
    count = solution.__code__.co_argcount
    told = Exercise(
        id="99.8", title="Told", points=1, truth=solution, cases=lambda seed: [cases(seed)[0][1 : 1 + count]]
    )
    assert f"you get this {slip}" in examine(told, answer).message


def turned(x):
    return {"side": "more" if x > 0 else "less", "of": "less"}


def test_a_word_can_stand_for_another_one():
    named = Exercise(id="99.7", title="Sign", points=1, truth=sign, mistakes=[], cases=lambda seed: [(seed,), (-seed,)])
    message = examine(named, turned).message
    assert 'you get this with "less", where "zero" belongs' in message


def test_a_function_of_both_sides_can_be_one_of_one_side():
    of_sum = Exercise(
        id="99.6", title="Sum", points=1, truth=grown, mistakes=[], cases=lambda seed: [cases(seed)[0][1:]]
    )
    assert "you get this with brackets in another place" in examine(of_sum, lambda x, by: x + by.exp()).message


def test_a_slip_is_made_wherever_the_same_text_stands():
    both = Exercise(
        id="99.3",
        title="Rows",
        points=1,
        truth=standardized,
        mistakes=[],
        cases=lambda seed: [(torch.randn(5, 3, generator=torch.Generator().manual_seed(seed)),)],
    )
    assert "over all elements, not along one axis (`dim`)" in examine(both, lambda x: (x - x.mean()) / x.std()).message
    assert "along another axis" in examine(both, lambda x: (x - x.mean(0)) / x.std(0)).message


def spread(x):
    """The mean size of some numbers, and how far each is from its column."""
    return {"size": x.abs().mean(), "far": x - x.mean(dim=0, keepdim=True)}


@pytest.mark.parametrize(
    ("wrong", "slip"),
    [
        (
            lambda x: {"size": x.mean().abs(), "far": x - x.mean(dim=0, keepdim=True)},
            "with two steps in the other order",
        ),
        (
            lambda x: {"size": x.abs().mean(), "far": x - x.mean(dim=(1, 2), keepdim=True)},
            "over the last two axes, not along one",
        ),
    ],
)
def test_steps_have_an_order_and_axes_a_number(wrong, slip):
    def drawn(seed):
        return [(torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(seed)),)]

    two = Exercise(id="99.6", title="Spread", points=1, truth=spread, mistakes=[], cases=drawn)
    assert slip in examine(two, wrong).message


def test_a_value_has_slips_with_its_own_numbers_unless_they_come_out_easily():
    value = Exercise(id="99.4", title="Paper", points=1, truth=paper, mistakes=[])
    assert "without `64`, which must be added" in examine(value, {"kept": 40 * 384 * 2, "word": "cache"}).message
    assert "you get this" not in examine(value, {"kept": 3, "word": "cache"}).message


def test_an_answer_that_is_otherwise_wrong_is_told_of_no_slip():
    assert "you get this" not in said(lambda q, k, v: q * 0.1 + 3)


def loop_without_division(q, k, v):
    rows = []
    for query in q:
        sizes = [(query * key).sum().exp() for key in k]
        rows.append(sum(size / sum(sizes) * value for size, value in zip(sizes, v, strict=True)))
    return torch.stack(rows)


def test_a_slip_that_the_code_does_not_show_is_not_told():
    """Other mistakes lead to the same result, and the code is not near enough to the solution to say which it is."""
    without_division = lambda q, k, v: (q @ k.mT).softmax(-1) @ v  # noqa: E731
    torch.testing.assert_close(loop_without_division(*cases(1)[0]), without_division(*cases(1)[0]))
    assert "you get this" in said(without_division)
    assert "you get this" not in said(loop_without_division)


def test_an_argument_that_is_never_used_is_named():
    drawn = Exercise(id="99.2", title="C", points=1, truth=layers, mistakes=[], cases=lambda seed: [(seed, 7 + seed)])
    message = examine(drawn, lambda n, d: sum(7 * 7 + 4 for _ in range(n))).message
    assert "your `layers` never uses `d`" in message


def along_keys_without_scale(q, k, v):
    scores = q @ k.mT
    return scores.softmax(dim=-2) @ v


def test_two_known_mistakes_at_once_are_both_told():
    known = [
        ("wrong axis", Edit("dim=-1 → dim=-2")),
        ("no scale", Edit(" / q.shape[1] ** 0.5 → ")),
        ("a mean", Edit(".softmax → .mean")),
    ]
    exercise = Exercise(id="99.5", title="Attention", points=1, truth=attend, mistakes=known, cases=cases)
    assert "two things: wrong axis; and no scale" in examine(exercise, along_keys_without_scale).message


def test_slips_leave_the_solution_as_it_is():
    case = cases(2)[0]
    before = attend(*case)
    assert slips(attend)
    assert attend(*case).equal(before)


def test_in_a_loop_that_may_not_end_nothing_is_changed():
    assert {slip.wrong(3) for slip in slips(waits)} <= {2, 3, 4}


def test_of_several_functions_each_has_slips_and_the_others_use_them():
    found = {slip.cause: slip.wrong for slip in slips((halves, all_halves))}
    half, both = found["you get this in `halves` with the fraction upside down: numerator and denominator exchanged"]
    assert (half(8), both([8, 4])) == (0.25, [0.25, 0.5])
    assert any("in `all_halves`" in cause for cause in found)


def counted(x):
    """How often each number is there."""
    counts = [0, 0, 0]
    for number in x:
        counts[number] += 1
    return counts[::-1]


def test_the_words_of_a_slip_are_those_that_a_student_can_search_for():
    said = " ".join(slip.cause for slip in slips(counted))
    assert "without changing an element (`x[i] += ...`)" in said
    assert "without reversing a slice (`[::-1]`)" in said


def cleared(parameters):
    """Parameters without gradients."""
    for parameter in parameters:
        parameter.zero_()
    return [parameter.detach().clone() for parameter in parameters]


def test_a_step_that_is_left_out_has_the_name_of_its_call():
    said = " ".join(slip.cause for slip in slips(cleared))
    for name in ("without the call of `zero_`", "(`detach`)", "(`clone`)"):
        assert name in said
