"""The baseline: a translator of the same sizes as tutorials build and train it, from `torch.nn.Transformer`.

Sentences come in random order and are padded to the longest of their batch, layers are post-norm, masks are floats,
logits are computed at all positions, and Adam keeps one learning rate.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.data import PAD, TranslationBatch, translation_batch
from course_lib.generation import RecomputingDecoding
from course_lib.generation.decoding import longest_output
from course_lib.models import TranslatorConfig
from course_lib.models.base import Model
from course_lib.nn import SinusoidalPositions
from course_lib.runtime import pick_device
from course_lib.shapes import BS, BSD, BT, BTD, BTV, BV, IdsBS, IdsBT
from course_lib.workshop.benchmarks.rounds import speed_for
from course_lib.workshop.benchmarks.setting import Setting

LEARNING_RATE = 5e-4


class Textbook(Model):
    """`torch.nn.Transformer` between an embedding and an output layer that share their weights."""

    def __init__(self, config: TranslatorConfig):
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.d_model, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=config.d_model**-0.5)
        self.positions = SinusoidalPositions(config.d_model, config.max_length)
        self.dropout = nn.Dropout(config.dropout)
        self.transformer = nn.Transformer(
            config.d_model,
            config.num_heads,
            config.num_encoder_layers,
            config.num_decoder_layers,
            config.d_ff,
            config.dropout,
            batch_first=True,
        )
        self.transformer.encoder.use_nested_tensor = False  # it warns of being a prototype
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.output.weight = self.embedding.weight

    def forward(self, source: IdsBS, target: IdsBT) -> BTV:
        """Logits of the token after each position of the target."""
        return self.decode(target, *self.encode(source), padding(target))

    def encode(self, source: IdsBS) -> tuple[BSD, BS]:
        """The memory, and its padding mask."""
        mask = padding(source)
        return self.transformer.encoder(self.embed(source), src_key_padding_mask=mask), mask

    def decode(self, target: IdsBT, memory: BSD, memory_mask: BS, target_mask: BT | None = None) -> BTV:
        """Logits for the output so far."""
        causal = nn.Transformer.generate_square_subsequent_mask(target.shape[1], device=target.device)
        return self.output(
            self.transformer.decoder(
                self.embed(target),
                memory,
                tgt_mask=causal,
                tgt_key_padding_mask=target_mask,
                memory_key_padding_mask=memory_mask,
            )
        )

    def embed(self, ids: IdsBT) -> BTD:
        """Vectors of tokens, with their positions."""
        positions = self.positions(torch.arange(ids.shape[1], device=ids.device))
        return self.dropout(self.embedding(ids) * math.sqrt(self.config.d_model) + positions)


def padding(ids: IdsBT) -> BT:
    """0 at real tokens, -inf at padding."""
    return torch.zeros(ids.shape, device=ids.device).masked_fill(ids == PAD, -torch.inf)


class TextbookDecoding(RecomputingDecoding):
    """A `Textbook` at work on a batch of sources."""

    def __init__(self, model: Textbook, source: IdsBS):
        self.model, self.max_length = model, longest_output(model, source)
        self.memory, self.memory_mask = model.encode(source)
        self.tokens = source.new_empty(len(source), 0)

    def next_logits(self, tokens: IdsBT) -> BV:
        """Take in `tokens` and return the logits of the token that follows."""
        self.tokens = torch.cat([self.tokens, tokens], dim=1)
        return self.model.decode(self.tokens, self.memory, self.memory_mask)[:, -1]


def random_batches(pairs: Sequence[tuple[list[int], list[int]]], tokens_per_batch: int) -> Iterator[TranslationBatch]:
    """Batches without end: the pairs in random order, cut where the padded batch would exceed the budget."""
    batch, longest = [], (0, 0)
    while True:
        for i in torch.randperm(len(pairs)).tolist():
            lengths = tuple(map(len, pairs[i]))
            longest = tuple(map(max, longest, lengths))
            if (len(batch) + 1) * sum(longest) > tokens_per_batch:
                yield translation_batch(batch)
                batch, longest = [], lengths
            batch.append(pairs[i])


class TextbookTraining:
    """The training of a `Textbook` on the data of a `Setting`; each call of `run` goes on."""

    def __init__(self, setting: Setting):
        torch.manual_seed(0)
        self.device = pick_device()
        self.model = Textbook(setting.config).to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=LEARNING_RATE)
        self.label_smoothing = setting.objective.label_smoothing
        self.batches = random_batches(setting.batches.items, setting.recipe.tokens_per_batch)

    def run(self, seconds: float) -> float:
        """Train for `seconds`; the useful tokens per second."""
        self.model.train()
        return speed_for(seconds, self.step)

    def step(self) -> int:
        """One update; the useful tokens of its batch."""
        batch = next(self.batches).to(self.device)
        logits = self.model(batch.source, batch.target)
        loss = F.cross_entropy(
            logits.flatten(0, 1), batch.labels.flatten(), ignore_index=PAD, label_smoothing=self.label_smoothing
        )
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        loss.item()  # waits for the device
        return batch.num_tokens
