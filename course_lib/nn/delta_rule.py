"""The gated delta rule, which lets a recurrent state decay and corrects it at each token (Yang et al. 2025, section 3).

For each token, the state S is first multiplied by the decay α. Then the key k retrieves the value Sᵀk from S, and its
error v - Sᵀk is corrected with the write strength β: S becomes S + k (β (v - Sᵀk))ᵀ. The output is Sᵀq.
"""

import torch

from course_lib.shapes import BHT, BHTE, Gathered, Matrices

CHUNK = 64  # number of tokens in a chunk, whose errors solve one triangular system


def delta_rule_steps(
    q: BHTE, k: BHTE, v: Gathered, beta: BHT, log_decay: BHT, state: Matrices
) -> tuple[Gathered, Matrices]:
    """Apply the gated delta rule token by token.

    Args:
        q, k, v: queries, keys, and values.
        beta: the write strength β, from 0 to 1. It is the fraction of the error that is corrected.
        log_decay: the logarithm of the decay α. Zero keeps the whole state, and a negative number makes the state fade.
        state: the state S before the first token.

    Returns:
        The output for each token, and the state after the last token.
    """
    output = []
    for t in range(q.shape[2]):
        state = state * log_decay[:, :, t, None, None].exp()
        error = v[:, :, t, None] - k[:, :, t, None] @ state
        state = state + k[:, :, t, :, None] * beta[:, :, t, None, None] * error
        output.append(q[:, :, t, None] @ state)
    return torch.cat(output, dim=2), state


def delta_rule(
    q: BHTE, k: BHTE, v: Gathered, beta: BHT, log_decay: BHT, state: Matrices, chunk: int = CHUNK
) -> tuple[Gathered, Matrices]:
    """Apply the gated delta rule in chunkwise parallel form: a few large matrix products instead of many small ones.

    Up to rounding, the results are those of `delta_rule_steps`.

    Args:
        q, k, v, beta, log_decay, state: as in `delta_rule_steps`.
        chunk: the number of tokens in a chunk.

    Returns:
        The output for each token, and the state after the last token.
    """
    output = []
    for piece in zip(*(x.split(chunk, dim=2) for x in (q, k, v, beta, log_decay)), strict=True):
        part, state = one_chunk(*piece, state)
        output.append(part)
    return torch.cat(output, dim=2), state


def one_chunk(q: BHTE, k: BHTE, v: Gathered, beta: BHT, log_decay: BHT, state: Matrices) -> tuple[Gathered, Matrices]:
    """Apply the gated delta rule to all tokens of one chunk in parallel.

    Each error depends on the errors before it, so all errors together solve a triangular system of equations. Let
    `since[t, s]` be the decay from token s to token t. The equation for the error e_t of token t is

        e_t + β_t Σ_{s<t} since[t, s] (k_t·k_s) e_s = β_t (v_t - r_t),

    where r_t is the value that k_t retrieves from the state before the chunk, after its decay up to token t.
    """
    decay = log_decay.cumsum(dim=2)  # the log-decay since the start of the chunk
    since = (decay.unsqueeze(-1) - decay.unsqueeze(-2)).tril().exp().tril()
    decay, beta = decay.exp().unsqueeze(-1), beta.unsqueeze(-1)
    overlap = beta * since * (k @ k.mT)
    errors = torch.linalg.solve_triangular(
        overlap.tril(-1), beta * (v - decay * (k @ state)), upper=False, unitriangular=True
    )
    output = decay * (q @ state) + (since * (q @ k.mT)) @ errors
    return output, decay[:, :, -1:] * state + (k * since[:, :, -1, :, None]).mT @ errors
