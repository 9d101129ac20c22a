"""What does a small translator need to turn a line of animals around: whose positions, which clues, what lengths?

The first of the line is to be written last. Without positions in the decoder, two clues are left of how many animals
have been written: how many tokens may be seen, and the animal written last, which can be looked up in the source.
"""

import torch
from torch import nn

from course_lib.data import BOS, EOS, translation_batch, translation_batches
from course_lib.generation import RecomputingDecoding, generate
from course_lib.models import Translator, TranslatorConfig
from course_lib.nn import attention_weights
from course_lib.objectives import TeacherForcing
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

ANIMALS, FIRST = 20, 3  # how many, and the token id of the first
MOST = 12  # in a line, when it is asked for each length
Lines = list[list[int]]


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
    shortest: int = 2,
    longest: int = 8,
    steps: int = 800,
    lines: int = 8000,
    tests: int = 400,
) -> Numbers:
    """Percents of lines of four to eight animals, of all lengths, and what the cross-attention has to do with it."""
    model = small_translator()
    for side in no_positions:
        model.get_submodule(side).positions = NoPositions()
    if sees_itself_only:
        model.decoder.layers[0].self_attention.attend = lambda q, k, v, mask: v
    if written_are_alike:
        model.decoder.embedding = AllAlike(model.decoder.embedding)
    seen = draw_lines(lines, range(shortest, longest + 1), seed)
    new = [line for line in draw_lines(tests, range(4, 9), seed + 100) if line not in seen]
    batches = translation_batches(as_pairs(seen), tokens_per_batch=600, seed=seed)
    plan = Plan(steps=steps, learning_rate=0.01, evaluations=16)
    trainer = Trainer(
        model, batches, TeacherForcing(), plan, evaluate=lambda model: {"right": percent_right(model, new[:100])}
    )
    history = trainer.train()[1:]
    model.eval()
    eight = draw_lines(tests // 2, [8], seed=7)
    return {
        "right": percent_right(model, new),
        "right animals": percent_right(model, new, in_order=sorted),
        "right by length": [percent_right(model, draw_lines(tests // 4, [n], seed=7)) for n in range(1, MOST + 1)],
        "loss": [entry["loss"] for entry in history],
        "right while training": [entry["right"] for entry in history],
        "looks at it": percent_looking(model, eight),
        "follows it": percent_following(model, eight),
    }


def small_translator() -> Translator:
    """One encoder layer and one decoder layer."""
    return Translator(
        TranslatorConfig(
            vocab_size=FIRST + ANIMALS, d_model=32, d_ff=64, num_encoder_layers=1, num_decoder_layers=1, max_length=32
        )
    )


def draw_lines(count: int, lengths: range | list[int], seed: int) -> Lines:
    """Random lines of animals, as token ids; their lengths go through `lengths` in turn."""
    random = torch.Generator().manual_seed(seed)
    sizes = [lengths[i % len(lengths)] for i in range(count)]
    return [(FIRST + torch.randint(ANIMALS, (size,), generator=random)).tolist() for size in sizes]


def as_pairs(lines: Lines) -> list[tuple[list[int], list[int]]]:
    """Source and target of each."""
    return [([*line, EOS], [*reversed(line), EOS]) for line in lines]


@torch.no_grad()
def percent_right(model: Translator, lines: Lines, in_order=list) -> float:
    """How many lines are turned around without a mistake; with `in_order=sorted`, in any order."""
    source = translation_batch(as_pairs(lines)).source
    written = generate(RecomputingDecoding(model, source), torch.full((len(lines), 1), BOS), EOS)
    right = [in_order(a) == in_order(b[::-1]) for a, b in zip(written, lines, strict=True)]
    return 100 * sum(right) / len(right)


@torch.no_grad()
def percent_looking(model: Translator, lines: Lines) -> float:
    """For how many animals the largest weight of the cross-attention, mean of the heads, is on that animal."""
    layer, weights, usual = model.decoder.layers[0].cross_attention, [], model.decoder.layers[0].cross_attention.attend
    layer.attend = lambda q, k, v, mask: weights.append(attention_weights(q, k, mask)) or usual(q, k, v, mask)
    batch, length = translation_batch(as_pairs(lines)), len(lines[0])
    model(batch.source, batch.target)
    layer.attend = usual
    darkest = weights[0].mean(dim=1).argmax(dim=-1)[:, :length]
    return percent(darkest == torch.arange(length).flip(0))


@torch.no_grad()
def percent_following(model: Translator, lines: Lines) -> float:
    """For how many animals another one, put in its place in the source only, is the one that is written."""
    batch, follows = translation_batch(as_pairs(lines)), []
    for position in range(len(lines[0])):
        other, source = (batch.source[:, position] - FIRST + 7) % ANIMALS + FIRST, batch.source.clone()
        source[:, position] = other
        follows.append(model(source, batch.target)[:, len(lines[0]) - 1 - position].argmax(dim=-1) == other)
    return percent(torch.stack(follows))


def percent(right: torch.Tensor) -> float:
    """How many of them are True."""
    return 100 * right.float().mean().item()


STUDY = Study(
    measure=measure,
    arms={
        "positions in both": {},
        "none in the decoder": {"no_positions": ("decoder",)},
        "none in the encoder": {"no_positions": ("encoder",)},
        "none at all": {"no_positions": ("decoder", "encoder")},
        "none in the decoder, only the count": {"no_positions": ("decoder",), "written_are_alike": True},
        "none in the decoder, only the last word": {"no_positions": ("decoder",), "sees_itself_only": True},
        "trained on 1 to 12": {"shortest": 1, "longest": 12},
    },
    toy={"steps": 2, "lines": 20, "tests": 20},
)
