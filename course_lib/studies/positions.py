"""What do four kinds of position do for a small decoder, and what can a probe read of them, layer by layer?

The decoder reads stories of the little world, one character at a time, in pieces that begin anywhere. It is trained
with pieces of 64 characters, and asked with pieces of 64 and of 256. RoPE turns queries and keys; waves and a learned
table are added to the input, all vectors about as long as those of the characters; "none" does neither.
"""

import math
from functools import cache

import torch
from torch import nn

from course_lib.data import CharacterTokenizer, load_stories, predict_next, text_batches
from course_lib.evaluation.probes import fit_probe
from course_lib.models import Llm, LlmConfig
from course_lib.nn import LearnedPositions, SinusoidalPositions
from course_lib.objectives import TokenPrediction
from course_lib.studies.study import Numbers, Study
from course_lib.training import Plan, Trainer

LENGTH, WIDTH = 64, 64
GROUP = 16  # positions that a point of a curve is the mean of


@cache
def stories(split: str = "train") -> str:
    """The text that is learned from, or ("validation") the one that is held out."""
    return " ".join(load_stories("world", split)["text"][: 3000 if split == "train" else 300])


@cache
def tokenizer() -> CharacterTokenizer:
    """One token for each character of the training text."""
    return CharacterTokenizer(stories())


@cache
def pieces(length: int, split: str = "train") -> list[list[int]]:
    """A text as token ids, cut into pieces of that length."""
    ids = tokenizer().encode(stories(split))
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, length)]


class WithPositions(nn.Module):
    """Takes the place of `TokenEmbedding`; adds a vector for the position to each token's."""

    def __init__(self, embedding: nn.Module, positions: nn.Module):
        super().__init__()
        self.embedding, self.positions = embedding, positions

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Sums, B T D."""
        return self.embedding(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))


def new_decoder(kind: str = "RoPE", loudness: float = 1.0, **changes: object) -> Llm:
    """An untrained decoder with "RoPE", "learned" positions, "waves" or "none".

    Args:
        loudness: the length of the waves, where 1 is about that of a character's vector.
        changes: of the `LlmConfig`.
    """
    sizes = {"d_model": WIDTH, "d_ff": 2 * WIDTH, "num_heads": 4, "num_kv_heads": 4, "num_layers": 3}
    model = Llm(LlmConfig(vocab_size=len(tokenizer()), max_length=LENGTH, **sizes | changes))
    for layer in model.layers if kind != "RoPE" else ():
        layer.self_attention.rotary = None
    if kind == "learned":
        model.embedding = WithPositions(model.embedding, LearnedPositions(WIDTH, 4 * LENGTH))
    if kind == "waves":
        model.embedding = WithPositions(model.embedding, SinusoidalPositions(WIDTH, 4 * LENGTH))
        model.embedding.positions.table *= loudness / math.sqrt(WIDTH / 2)  # one length 1 for each sine and cosine
    return model


def train(model: Llm, steps: int, seed: int, length: int = LENGTH, rate: float = 8e-3) -> list[dict[str, float]]:
    """Train on pieces of that length, 1,536 characters a step, and return the log."""
    batches = text_batches(pieces(length), predict_next, 24 * LENGTH, seed)
    plan = Plan(steps=steps, learning_rate=rate, evaluations=min(15, steps), seed=seed)
    log = Trainer(model, batches, TokenPrediction(), plan).train()
    model.eval()
    return log


@torch.no_grad()
def loss_by_position(model: Llm, length: int = LENGTH, rows: int = 64) -> torch.Tensor:
    """The mean loss at each position of held-out pieces, in nats."""
    batch = predict_next(pieces(length, "validation")[:rows])
    log_p = model(batch.tokens).log_softmax(dim=-1)
    return -log_p.gather(-1, batch.labels.unsqueeze(-1)).squeeze(-1).mean(dim=0)


@torch.no_grad()
def states(model: Llm, tokens: torch.Tensor) -> list[torch.Tensor]:
    """What goes into each layer, and what comes out of the last one: B T D each."""
    kept = []
    blocks = [*model.layers, model.norm]
    hooks = [block.register_forward_pre_hook(lambda block, args: kept.append(args[0])) for block in blocks]
    model.hidden(tokens)
    for hook in hooks:
        hook.remove()
    return kept


def read_positions(model: Llm, rows: int = 40) -> torch.Tensor:
    """For each of `states`: how often a probe names the position exactly, in percent, and its mean error.

    Position 0 holds <bos> and is left out. The probe is judged on other pieces than those it was trained on.
    """
    known, unseen = (predict_next(pieces(LENGTH, split)[:rows]).tokens for split in ("train", "validation"))
    found, true = [], torch.arange(LENGTH - 1).repeat(rows)
    for x, y in zip(states(model, known), states(model, unseen), strict=True):
        probe = fit_probe(x[:, 1:].flatten(0, 1), true)
        wrong = (probe.predict(y[:, 1:].flatten(0, 1)) - true).abs().float()
        found.append([100 * float((wrong == 0).float().mean()), float(wrong.mean())])
    return torch.tensor(found).T


def loss_without(model: Llm, layer: nn.Module) -> float:
    """The loss within the trained length while this layer turns nothing."""
    attention = layer.self_attention
    rotary, attention.rotary = attention.rotary, None
    loss = float(loss_by_position(model).mean())
    attention.rotary = rotary
    return loss


def spans(loss: torch.Tensor) -> Numbers:
    """Of the losses at 256 positions: the curve, and the means of 0 to 63, of 64 to 111 and of 192 to 255."""
    return {
        "loss": loss.unflatten(0, (-1, GROUP)).mean(dim=1).tolist(),
        "within": float(loss[:LENGTH].mean()),
        "next": float(loss[LENGTH : LENGTH + 48].mean()),
        "far": float(loss[-LENGTH:].mean()),
    }


def measure(seed: int = 0, kind: str = "RoPE", loudness: float = 1.0, steps: int = 300, rows: int = 40) -> Numbers:
    """Losses; what a probe finds in the states and how long these are; losses where one layer turns nothing."""
    model = new_decoder(kind, loudness).eval()
    if steps:
        train(model, steps, seed)
    exact, wrong = read_positions(model, rows)
    known = predict_next(pieces(LENGTH, "validation")[:rows]).tokens
    return spans(loss_by_position(model, 4 * LENGTH)) | {
        "exact": exact.tolist(),
        "wrong": wrong.tolist(),
        "length": [float(x.norm(dim=-1).mean()) for x in states(model, known)],
        "all turn": float(loss_by_position(model).mean()),
        "without": [loss_without(model, layer) for layer in model.layers],
    }


STUDY = Study(
    measure=measure,
    arms={
        "RoPE": {},
        "learned": {"kind": "learned"},
        "waves": {"kind": "waves"},
        "none": {"kind": "none"},
        "waves, six times as long": {"kind": "waves", "loudness": 6.0},
        "none, untrained": {"kind": "none", "steps": 0},
    },
    loaders=(load_stories,),
    toy={"steps": 1, "rows": 2},
)
