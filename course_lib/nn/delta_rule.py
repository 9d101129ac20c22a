"""The gated delta rule: a matrix as memory, which forgets, and corrects what it says (Yang et al. 2025, section 3).

For each token the memory S first fades, by the share that is kept. Then it is asked with the key k, and what its answer
lacks of the value v is written, by the share β: S becomes S + k (β (v - Sᵀk))ᵀ. What is read is Sᵀq.
"""

import torch

from course_lib.shapes import BHT, BHTE, Gathered, Matrices

CHUNK = 64  # tokens whose corrections are solved for together


def delta_rule_steps(
    q: BHTE, k: BHTE, v: Gathered, write: BHT, log_keep: BHT, memory: Matrices
) -> tuple[Gathered, Matrices]:
    """Token by token.

    Args:
        q, k, v: queries, keys and values.
        write: β, the share of the error that is corrected: 0 to 1.
        log_keep: the logarithm of the share of the memory that is kept: 0 for all of it, or less.
        memory: S before the first token.

    Returns:
        What was read at each token, and the memory behind the last.
    """
    read = []
    for t in range(q.shape[2]):
        memory = memory * log_keep[:, :, t, None, None].exp()
        error = v[:, :, t, None] - k[:, :, t, None] @ memory
        memory = memory + k[:, :, t, :, None] * write[:, :, t, None, None] * error
        read.append(q[:, :, t, None] @ memory)
    return torch.cat(read, dim=2), memory


def delta_rule(
    q: BHTE, k: BHTE, v: Gathered, write: BHT, log_keep: BHT, memory: Matrices, chunk: int = CHUNK
) -> tuple[Gathered, Matrices]:
    """The same, `chunk` by `chunk`: few large products in the place of many small ones. Other arguments as above."""
    read = []
    for piece in zip(*(x.split(chunk, dim=2) for x in (q, k, v, write, log_keep)), strict=True):
        part, memory = one_chunk(*piece, memory)
        read.append(part)
    return torch.cat(read, dim=2), memory


def one_chunk(q: BHTE, k: BHTE, v: Gathered, write: BHT, log_keep: BHT, memory: Matrices) -> tuple[Gathered, Matrices]:
    """A chunk at once. What token t writes depends on what those before it wrote: linear equations, a triangle of them.

    With `since` for what is kept between two tokens: e_t + β Σ_{s<t} since[t, s] (k_t·k_s) e_s = β (v_t - what the
    memory of before answers), for the corrections e.
    """
    kept = log_keep.cumsum(dim=2)  # since the chunk began
    since = (kept.unsqueeze(-1) - kept.unsqueeze(-2)).tril().exp().tril()
    kept, write = kept.exp().unsqueeze(-1), write.unsqueeze(-1)
    overlap = write * since * (k @ k.mT)
    errors = torch.linalg.solve_triangular(
        overlap.tril(-1), write * (v - kept * (k @ memory)), upper=False, unitriangular=True
    )
    read = kept * (q @ memory) + (since * (q @ k.mT)) @ errors
    return read, kept[:, :, -1:] * memory + (k * since[:, :, -1, :, None]).mT @ errors
