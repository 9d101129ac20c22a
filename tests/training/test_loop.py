"""The training loop: it learns, it keeps to its plan, and how a batch is cut makes no difference."""

from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator, PartialState
from accelerate.state import AcceleratorState

from course_lib.errors import CourseError
from course_lib.objectives import Contrastive, WithAuxiliary
from course_lib.training import loop
from tests.training.runs import STEPS, Recorded, is_same, trained_weights, trainer

pytestmark = pytest.mark.usefixtures("shapes_unchecked")


def test_the_loss_falls():
    history = trainer(dropout=0.0, steps=60, average=0.0, evaluations=6).train()
    losses = [entry["loss"] for entry in history[1:]]
    assert losses[-1] < 0.8 * losses[0]


def test_a_model_is_trained_where_it_stands(monkeypatch):
    monkeypatch.setattr(Accelerator, "device", torch.device("meta"))
    run = trainer()
    run.train()
    assert {parameter.device.type for parameter in run.plain_model.parameters()} == {"cpu"}


def test_a_process_whose_model_is_on_another_device_than_its_own_is_refused(monkeypatch):
    monkeypatch.setattr(Accelerator, "device", torch.device("meta"))
    monkeypatch.setattr(Accelerator, "num_processes", 2)
    with pytest.raises(CourseError, match=r"the model must be on meta, got cpu; use model.to\(pick_device"):
        trainer()


def test_a_process_that_no_launcher_started_is_told_to_unset_its_number(monkeypatch):
    for state in (AcceleratorState, PartialState):
        monkeypatch.setattr(state, "_shared_state", {})
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.setenv("LOCAL_RANK", "0")
    with pytest.raises(CourseError, match='LOCAL_RANK is "0", .*RANK expected.* or unset LOCAL_RANK'):
        trainer()


def test_each_step_draws_one_batch_and_no_more():
    run, drawn = trainer(steps=3), []
    draw = run.batches.batch
    run.batches.batch = lambda item: drawn.append(item) or draw(item)
    run.train()
    assert len(drawn) == 3


def test_random_numbers_go_on_after_a_training_as_if_there_had_been_none():
    run = trainer()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    run.train()
    assert torch.equal(torch.rand(3), expected)


def test_one_process_trains_in_one_precision_and_then_in_another():
    seen = []

    def objective(model, batch):
        seen.append(model(batch.source, batch.target).dtype)
        return Recorded()(model, batch)

    for precision in ("no", "bf16", "no"):
        run = trainer(precision=precision, steps=1, objective=objective)
        run.train()
        assert {parameter.dtype for parameter in run.plain_model.parameters()} == {torch.float32}
    assert seen == [torch.float32, torch.bfloat16, torch.float32]


@pytest.mark.parametrize("objective", [Contrastive(), WithAuxiliary(Contrastive(), 0.1)])
def test_a_batch_whose_rows_are_held_against_each_other_is_not_cut(objective):
    with pytest.raises(CourseError, match="compares the rows of a batch, so it needs accumulate=1, got 2"):
        trainer(objective=objective, accumulate=2)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    weights = trained_weights(trainer())
    assert is_same(weights, trained_weights(trainer()))
    assert not is_same(weights, trained_weights(trainer(seed=1)))


@pytest.mark.parametrize("accumulate", [3, 31], ids=["3 parts", "more parts than rows"])
def test_a_batch_computed_in_parts_gives_the_losses_of_the_whole(accumulate):
    whole, parts = Recorded(), Recorded()
    trainer(dropout=0.0, steps=2, objective=whole).train()
    trainer(dropout=0.0, steps=2, objective=parts, accumulate=accumulate).train()
    losses = torch.tensor(parts.losses).view(2, accumulate).sum(1)
    torch.testing.assert_close(losses, torch.tensor(whole.losses), rtol=1e-6, atol=0)
    assert torch.tensor(parts.counts).view(2, accumulate).sum(1).tolist() == whole.counts


@pytest.mark.parametrize(("steps", "evaluations"), [(9, 3), (23, 10), (7, 7), (19, 11), (4, 0)])
def test_evaluations_are_spread_evenly_from_the_start_to_the_end(steps, evaluations):
    history = trainer(steps=steps, evaluations=evaluations, learning_rate=0.0).train()
    assert len(history) == 1 + evaluations
    expected = [-(-i * steps // evaluations) for i in range(evaluations + 1)] if evaluations else [0]
    assert [entry["step"] for entry in history] == expected


def test_an_evaluation_sees_the_model_at_rest_and_training_goes_on_with_dropout():
    modes = []
    run = trainer(evaluate=lambda model: modes.append((model.training, torch.is_grad_enabled())) or {"score": 1})
    history = run.train()
    assert modes == 4 * [(False, False)]
    assert run.plain_model.training
    assert [entry["score"] for entry in history] == 4 * [1]


def test_evaluating_more_often_changes_no_weights():
    often = trainer(evaluations=9, evaluate=lambda model: {"rng": torch.rand(1).item()})
    assert is_same(trained_weights(often), trained_weights(trainer(evaluations=1)))


def test_a_model_that_comes_at_rest_is_trained_with_dropout_all_the_same():
    run = trainer()
    run.plain_model.train()
    assert is_same(trained_weights(run), trained_weights(trainer()))
    assert not is_same(trained_weights(trainer(dropout=0.0)), trained_weights(trainer()))


def test_the_learning_rate_follows_the_plan():
    rates = []
    run = trainer(evaluations=STEPS, evaluate=lambda model: rates.append(run.optimizer.param_groups[0]["lr"]) or {})
    run.train()
    assert rates[1:] == pytest.approx([run.plan.rate(step / STEPS) for step in range(STEPS)])


def test_a_learning_rate_of_zero_changes_nothing():
    start = trainer().plain_model.state_dict()
    assert is_same(trained_weights(trainer(learning_rate=0.0, average=0.0)), start)


def test_the_running_average_is_that_of_the_weights_after_each_step():
    after_each_step = []
    plain = trainer(average=0.0, evaluations=STEPS, evaluate=lambda model: after_each_step.append(copy(model)) or {})
    plain.train()
    expected = after_each_step[1]
    for weights in after_each_step[2:]:
        expected = {name: 0.7 * expected[name] + 0.3 * weights[name] for name in expected}
    averaged = trained_weights(trainer(average=0.7))
    torch.testing.assert_close({name: averaged[name] for name in expected}, expected)


def copy(model):
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def test_evaluations_score_the_average_that_the_training_returns():
    scored = []
    run = trainer(evaluate=lambda model: scored.append(copy(model)) or {})
    run.train()
    assert is_same(scored[-1], copy(run.plain_model))


def test_long_gradients_are_shortened_to_the_same_length():
    def loss_times(factor):
        def objective(model, batch):
            loss = Recorded()(model, batch)
            return loss._replace(total=factor * loss.total)

        return objective

    steep, steeper = (trained_weights(trainer(objective=loss_times(factor), clip_norm=1e-3)) for factor in (100, 800))
    torch.testing.assert_close(steep, steeper)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_ends_the_training_before_it_spoils_the_weights(bad):
    good = Recorded()

    def objective(model, batch):
        loss = good(model, batch)
        return loss._replace(total=bad * loss.total) if len(good.losses) > 4 else loss

    run = trainer(objective=objective)
    with pytest.raises(CourseError, match=f"the loss became {bad} at step 4; try a lower learning rate"):
        run.train()
    assert all(parameter.isfinite().all() for parameter in run.plain_model.parameters())


def test_a_mistake_in_the_evaluation_shows_before_the_first_step():
    objective = Recorded()
    with pytest.raises(KeyError):
        trainer(objective=objective, evaluate=lambda model: {}["bleu"]).train()
    assert objective.losses == []


def test_a_plan_in_minutes_ends_when_they_are_over(monkeypatch):
    run = trainer(steps=None, minutes=1)
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: 25.0 * run.progress.step))
    assert run.train()[-1]["step"] == 3


def test_the_history_has_the_loss_per_predicted_token_since_the_last_evaluation():
    objective = Recorded()
    history = trainer(objective=objective, evaluations=3).train()
    assert "loss" not in history[0]
    for i, entry in enumerate(history[1:]):
        part = slice(3 * i, 3 * i + 3)
        assert entry["loss"] == pytest.approx(sum(objective.losses[part]) / sum(objective.counts[part]), abs=1e-4)
        assert entry["tokens_per_second"] > 0


def test_no_checkpoint_is_saved_while_a_batch_is_being_reused(tmp_path):
    """A source of rollouts can't sample the same batch again after a resume."""
    run, saved = trainer(steps=6, saves=6, folder=tmp_path), []
    epoch = run.batches.epoch
    run.batches.epoch = lambda number: [item for item in epoch(number) for _ in range(2)]
    run._save = lambda: saved.append(run.progress.step)
    run.train()
    assert saved == [2, 4, 6]
