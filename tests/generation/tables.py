"""A model without a network: a table of random numbers says what comes next, so that every output can be tried."""

from itertools import product

import torch

END = 0


class TableDecoding:
    """Next-token logits by row, place and last token: a table of B N V V.

    Outputs have at most N tokens, the end token among them. `batch_sizes` notes how many rows each call had.
    """

    def __init__(self, table):
        self.table, self.max_length = table, table.shape[1] + 1
        self.place, self.batch_sizes = 0, []

    def next_logits(self, tokens):
        self.place += tokens.shape[1]
        self.batch_sizes.append(len(tokens))
        return self.table[torch.arange(len(tokens)), self.place - 1, tokens[:, -1]]

    def select(self, rows):
        self.table = self.table[rows]


def random_table(rows, places, vocab_size):
    """A table whose logits are spread widely enough for greedy choices to be bad ones."""
    return 2 * torch.randn(rows, places, vocab_size, vocab_size)


def starts(table):
    """The first token of each row, B 1."""
    return torch.ones(len(table), 1, dtype=torch.long)


def log_probability(row, ids):
    """log p of the output `ids` by a table of one row, N V V."""
    log_p, before, total = row.log_softmax(-1), 1, 0.0
    for place, token in enumerate(ids):
        total += float(log_p[place, before, token])
        before = token
    return total


def finished_outputs(places, vocab_size):
    """All outputs that end within `places` tokens, without the end token."""
    others = [token for token in range(vocab_size) if token != END]
    return [list(ids) for length in range(places) for ids in product(others, repeat=length)]
