"""20.6, Out and in: a model that is exported and loaded again."""

import copy
from dataclasses import dataclass, replace

import torch

from course_lib.exercises.cases import dice, number, random_tensors
from course_lib.exercises.exercise import Exercise
from course_lib.exercises.solutions import Edit


@dataclass(frozen=True)
class Toy:
    """Stands for a decoder: logits are means over a window, times a factor; from the 17th token on, `late` is added."""

    table: torch.Tensor
    window: int
    factor: float = 1.0
    late: float = 0.0

    def __call__(self, tokens):
        x = self.table[tokens]
        means = [x[:, max(0, t - self.window + 1) : t + 1].mean(dim=1) for t in range(x.shape[1])]
        late = self.late * (torch.arange(x.shape[1]) >= 16)[:, None]
        return self.factor * torch.stack(means, dim=1) + late


class Folder:
    """Stands for a folder, into which a model is exported."""


def store(model, folder):
    folder.model = copy.deepcopy(model)


def round_trips(seed):
    def load_as(**changes):
        def load(folder):
            return replace(folder.model, **changes)

        return load

    (table,) = random_tensors(seed, (11, 11))
    table[0, -1] = 9.0  # the largest logit by far, at the beginning of one row only
    tokens = torch.randint(1, 11, (2, 17), generator=dice(seed))
    tokens[0, 0] = 0
    model = Toy(table, number(seed, 5, 8))
    larger = [(tokens, changes) for changes in ({"window": 20}, {"factor": 1.01}, {"late": 0.1}, {})]
    smaller = (tokens.flip(0), {"factor": 0.99})
    return [(model, rows, Folder(), store, load_as(**changes)) for rows, changes in (*larger, smaller)]


def there_and_back(model, tokens, folder, export, load):
    """The largest difference of the logits after a way out and in."""
    export(model, folder)
    other = load(folder)
    return (other(tokens) - model(tokens)).abs().max()


OUT_AND_IN = Exercise(
    id="20.6",
    title="Out and in",
    points=3,
    truth=there_and_back,
    cases=round_trips,
    mistakes=[
        (
            "two of the same are compared; one must be the model that went out, the other the one that came in",
            Edit("other(tokens) → model(tokens)"),
        ),
        (
            "the text is too short: up to the window, both are the same",
            Edit("other(tokens) - model(tokens) → other(tokens[:, :4]) - model(tokens[:, :4])"),
        ),
        *[
            ("not all of the tokens are used", Edit(f"other(tokens) - model(tokens) → other({few}) - model({few})"))
            for few in ("tokens[:, :16]", "tokens[:, :-1]", "tokens[:1]")
        ],
        ("the mean difference may hide a large one", Edit(".max() → .mean()")),
        ("only the last token is compared", Edit(".abs() → [:, -1].abs()")),
        ("a difference may be negative: take its size", Edit(".abs() → ")),
        (
            "the likeliest tokens are compared, not the logits",
            Edit(
                "(other(tokens) - model(tokens)).abs().max() → "
                "(other(tokens).argmax(dim=-1) != model(tokens).argmax(dim=-1)).sum()"
            ),
        ),
        (
            "asked for is the difference, not whether it is small",
            Edit("(other(tokens) - model(tokens)).abs().max() → torch.allclose(other(tokens), model(tokens))"),
        ),
    ],
)
