"""What does a small translator need to turn a line of animals around: whose positions, which clues, what lengths, √D?

The first of the line is to be written last. Without positions in the decoder, two clues are left of how many animals
have been written: how many tokens may be seen, and the animal written last, which can be looked up in the source.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models import Translator, TranslatorConfig
from course_lib.nn import Memory, attention_weights
from course_lib.workshop.studies.harness import adam, descend, mean, percent
from course_lib.workshop.studies.study import Numbers, Study

BOS, EOS, FIRST, ANIMALS = 1, 2, 3, 20  # token ids, the last one that of the first animal; how many animals
TESTED, MOST = range(4, 9), 12  # lengths of the lines in a test; the longest in the test by length
AVERAGED = 20  # steps


class NoPositions(nn.Module):
    """Takes the place of the positional encoding: a zero at each position."""

    def forward(self, positions: torch.Tensor) -> torch.Tensor:
        """Zeros that can be added to any embedding."""
        return torch.zeros(*positions.shape, 1)


class AllAlike(nn.Module):
    """Takes the place of an embedding: each animal gets the vector of the first one."""

    def __init__(self, embedding: nn.Module):
        super().__init__()
        self.embedding = embedding

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """The vectors."""
        return self.embedding(ids.clamp(max=FIRST))


def measure(
    seed: int = 0,
    no_positions: tuple[str, ...] = (),
    sees_itself_only: bool = False,
    written_are_alike: bool = False,
    embedding_scale: float = math.sqrt(32),
    lengths: tuple[int, int] = (2, 8),
    steps: int = 1000,
    every: int = 100,
    rate: float = 0.01,
    batch: int = 64,
    tests: int = 100,
) -> Numbers:
    """Percents of new lines, while training and afterwards, and what the cross-attention has to do with them."""
    model, losses, right = small_translator(), [], []
    for stack in (model.encoder, model.decoder):
        stack.embedding.scale = embedding_scale
    for side in no_positions:
        model.get_submodule(side).positions = NoPositions()
    if sees_itself_only:
        model.decoder.layers[0].self_attention.attend = lambda q, k, v, mask: v
    if written_are_alike:
        model.decoder.embedding = AllAlike(model.decoder.embedding)
    optimizer = adam(model, rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)

    def loss():
        source, target, labels = draw_lines(batch, int(torch.randint(lengths[0], lengths[1] + 1, ())))
        return F.cross_entropy(model(source, target).flatten(0, 1), labels.flatten())

    for _ in range(steps // every):
        losses += descend(optimizer, loss, every, schedule)
        right.append(mean(percent_right(model, length, tests // 5) for length in TESTED))
    by_length = [percent_right(model, length, tests) for length in range(1, MOST + 1)]
    return {
        "loss": [mean(losses[max(0, end - AVERAGED) : end]) for end in range(every, steps + 1, every)],
        "right while training": right,
        "right by length": by_length,
        "right": mean(by_length[length - 1] for length in TESTED),
        "right animals": mean(percent_right(model, length, tests, in_order=sort) for length in TESTED),
        "looks at it": percent_looking(model, 8, tests),
        "follows it": percent_following(model, 8, tests),
        "follows its vector": percent_following(model, 8, tests, exchange_one),
        "follows the others": percent_following(model, 8, tests, exchange_the_others),
    }


def small_translator() -> Translator:
    """One encoder layer and one decoder layer."""
    sizes = {"d_model": 32, "d_ff": 64, "num_encoder_layers": 1, "num_decoder_layers": 1}
    return Translator(TranslatorConfig(vocab_size=FIRST + ANIMALS, max_length=32, **sizes))


def draw_lines(count: int, length: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Random lines of animals: the source, the target (BOS first), the labels (EOS last)."""
    lines = torch.randint(FIRST, FIRST + ANIMALS, (count, length))
    turned = lines.flip(1)
    return F.pad(lines, (0, 1), value=EOS), F.pad(turned, (1, 0), value=BOS), F.pad(turned, (0, 1), value=EOS)


@torch.no_grad()
def write(model: Translator, source: torch.Tensor) -> torch.Tensor:
    """One token after the other, as many as the source has; each time the most likely."""
    memory = model.encode(source)
    row = torch.full((len(source), 1), BOS)
    for _ in range(source.shape[1]):
        row = torch.cat([row, model.decoder(row, memory)[:, -1:].argmax(dim=-1)], dim=1)
    return row[:, 1:]


def sort(rows: torch.Tensor) -> torch.Tensor:
    """Each row in order."""
    return rows.sort(dim=1).values


def percent_right(model: Translator, length: int, count: int, in_order=torch.clone) -> float:
    """How many new lines are turned around without a mistake; with `in_order=sort`, written in any order."""
    source, _, labels = draw_lines(count, length)
    return percent((in_order(write(model, source)) == in_order(labels)).all(dim=1))


@torch.no_grad()
def percent_looking(model: Translator, length: int, count: int) -> float:
    """For how many animals the largest weight of the cross-attention, mean of the heads, is on that animal."""
    layer, weights = model.decoder.layers[0].cross_attention, []
    usual = layer.attend
    layer.attend = lambda q, k, v, mask: weights.append(attention_weights(q, k, mask)) or usual(q, k, v, mask)
    source, target, _ = draw_lines(count, length)
    model(source, target)
    layer.attend = usual
    return percent(weights[0].mean(dim=1).argmax(dim=-1)[:, :length] == torch.arange(length).flip(0))


def exchange_all(_before: torch.Tensor, after: torch.Tensor, _position: int) -> torch.Tensor:
    """The memory of the changed line."""
    return after


def exchange_one(before: torch.Tensor, after: torch.Tensor, position: int) -> torch.Tensor:
    """The memory of the line, in which one vector is that of the changed line."""
    memory = before.clone()
    memory[:, position] = after[:, position]
    return memory


def exchange_the_others(before: torch.Tensor, after: torch.Tensor, position: int) -> torch.Tensor:
    """The memory of the changed line, in which one vector is that of the line."""
    return exchange_one(after, before, position)


@torch.no_grad()
def percent_following(model: Translator, length: int, count: int, exchange=exchange_all) -> float:
    """For how many animals another one, put in its place in the source only, is the one that is written."""
    (source, target, _), follows = draw_lines(count, length), []
    before, mask = model.encode(source)
    for position in range(length):
        changed, other = source.clone(), (source[:, position] - FIRST + 7) % ANIMALS + FIRST
        changed[:, position] = other
        memory = Memory(exchange(before, model.encode(changed).states, position), mask)
        follows.append(model.decoder(target, memory)[:, length - 1 - position].argmax(dim=-1) == other)
    return percent(torch.stack(follows))


STUDY = Study(
    measure=measure,
    arms={
        "in both": {},
        "none in the decoder": {"no_positions": ("decoder",)},
        "none in the encoder": {"no_positions": ("encoder",)},
        "none at all": {"no_positions": ("decoder", "encoder")},
        "only the count": {"no_positions": ("decoder",), "written_are_alike": True},
        "only the last word": {"no_positions": ("decoder",), "sees_itself_only": True},
        "lengths 1 to 12": {"lengths": (1, 12)},
        "without √D": {"embedding_scale": 1.0},
    },
    toy={"steps": 2, "every": 1, "batch": 3, "tests": 5},
)
