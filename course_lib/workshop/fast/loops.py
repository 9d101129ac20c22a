"""A decoder layer for one new token per sequence, as plain loops that numba compiles.

To generate one token, a model must read all its weights once, with little to compute. One function here replaces about
thirty small PyTorch steps, each of which would have to be started. A matrix W is a tuple of one of three kinds, see
`linear`. All compiled functions and all constants that they use are in this file, because numba recompiles a cached
function only if its own file changes.
"""

from collections.abc import Callable
from functools import partial
from inspect import unwrap
from typing import Any

import numpy as np
from jaxtyping import Float32
from llvmlite import ir
from numba import njit, prange
from numba.core import types
from numba.extending import intrinsic, overload

from course_lib.workshop.fast.thread_pool import open_pool

Rows = Float32[np.ndarray, "B D"]
Products = Float32[np.ndarray, "B F"]
Heads = Float32[np.ndarray, "B H E"]
Cached = Float32[np.ndarray, "B K S E"]
Angles = Float32[np.ndarray, "B pairs"]
Matrix = tuple[np.ndarray, ...]


GROUP = 32  # adjacent 4-bit numbers in a row that share a scale and a minimum
STEPS, STRIDE = 8, 4  # of a group
LANES = 32  # rows that one instruction processes; see `blocks`
IS_SHARED = open_pool()
FAST = {"reassoc", "contract", "arcp", "nsz"}  # sums in any order, but infinities and NaNs stay correct


def compiled(function: Callable, parallel: bool = False) -> Callable:
    """Compile a function with numba when it is first called.

    The result is cached on disk if a cache folder is writable. In tests, functions are wrapped to check shapes; the
    wrapper is removed, because numba couldn't compile it.

    Args:
        function: the function to compile.
        parallel: whether several threads share its `prange` loops.
    """
    make = partial(njit, unwrap(function), fastmath=FAST, parallel=parallel and IS_SHARED)
    try:
        return make(cache=True)
    except RuntimeError:  # neither this file's folder nor the home folder is writable
        return make()


@intrinsic
def number(typing_context: Any, stored: types.Type) -> tuple:
    """Convert a stored number to float32. Unsigned 16 bits are a torch.float16, and signed 16 bits a torch.bfloat16."""

    def build(context, builder, signature, arguments):
        (bits,) = arguments
        if stored == types.uint16:
            return builder.fpext(builder.bitcast(bits, ir.HalfType()), ir.FloatType())
        if stored == types.int16:
            wide = builder.zext(bits, ir.IntType(32))
            return builder.bitcast(builder.shl(wide, wide.type(16)), ir.FloatType())
        return context.cast(builder, bits, stored, types.float32)

    return types.float32(stored), build


@compiled
def dot(stored: np.ndarray, x: np.ndarray) -> np.float32:
    """Compute the dot product of a stored row and x."""
    total = np.float32(0)
    for i in range(len(x)):
        total += number(stored[i]) * x[i]
    return total


@compiled
def round_groups(x: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Round each group of x to integers from -127 to 127. Also return each group's scale and the sum of its x."""
    num_groups = x.shape[1] // GROUP
    numbers = np.empty((len(x), num_groups, GROUP), np.int16)
    units, sums = np.empty((len(x), num_groups), np.float32), np.empty((len(x), num_groups), np.float32)
    for b in range(len(x)):
        for g in range(num_groups):
            largest, total = np.float32(1e-30), np.float32(0)
            for i in range(g * GROUP, (g + 1) * GROUP):
                largest, total = max(largest, abs(x[b, i])), total + x[b, i]
            units[b, g], sums[b, g] = largest / np.float32(127), total
            for i in range(GROUP):
                numbers[b, g, i] = np.int16(np.rint(x[b, g * GROUP + i] * (np.float32(127) / largest)))
    return numbers.reshape(len(x), num_groups, STEPS, STRIDE), units, sums


@compiled
def multiply_block(
    x: np.ndarray,
    units: np.ndarray,
    sums: np.ndarray,
    numbers: np.ndarray,
    scales: np.ndarray,
    lowest: np.ndarray,
    y: np.ndarray,
) -> None:
    """Multiply one block of rows by one rounded x and write the products to y, 2 LANES.

    Intermediate sums can overflow 16 bits, but the final sums are correct: after 8 is subtracted, the numbers are at
    most 8 in size, so the sum of a group fits into 16 bits.
    """
    both, high = np.empty(LANES, np.int16), np.empty(LANES, np.int16)
    y[:] = 0
    for g in range(len(units)):
        both[:], high[:], all_x = 0, 0, np.int16(0)
        for i in range(STEPS):
            for j in range(STRIDE):
                all_x += x[g, i, j]
            for r in range(LANES):
                for j in range(STRIDE):
                    pair = np.int16(numbers[g, i, j, r])
                    both[r] += np.int16(pair * x[g, i, j])
                    high[r] += np.int16(np.int16(pair >> np.int16(4)) * x[g, i, j])
        eights = np.int16(8 * all_x)
        for r in range(LANES):
            first, second = np.int16(both[r] - 16 * high[r] - eights), np.int16(high[r] - eights)
            y[0, r] += number(scales[g, 0, r]) * (units[g] * np.float32(first) + np.float32(8) * sums[g])
            y[1, r] += number(scales[g, 1, r]) * (units[g] * np.float32(second) + np.float32(8) * sums[g])
            y[0, r] += number(lowest[g, 0, r]) * sums[g]
            y[1, r] += number(lowest[g, 1, r]) * sums[g]


def linear(x: Rows, matrix: Matrix) -> Products:
    """Compute x Wᵀ in compiled code. The number of parts of W tells how it is stored.

    - One part: weights, F D, of a type that `number` reads.
    - Two parts: numbers from -127 to 127, F D, and scales, F.
    - Three parts: numbers from 0 to 15, scales, and minimums, from `in_bytes` and `by_blocks`. x is rounded by
      `round_groups`.
    """


@overload(linear, jit_options={"fastmath": FAST, "parallel": IS_SHARED})
def _linear_of_its_kind(x, matrix):
    """Return the function to compile for matrices of these types."""
    return unwrap({1: _as_stored, 2: _in_8_bits, 3: _in_4_bits}[len(matrix)])


def _as_stored(x, matrix):
    """Compute `linear` for weights."""
    (weight,) = matrix
    y = np.empty((len(x), len(weight)), np.float32)
    for f in prange(len(weight)):
        for b in range(len(x)):
            y[b, f] = dot(weight[f], x[b])
    return y


def _in_8_bits(x, matrix):
    """Compute `linear` for numbers and scales."""
    numbers, scales = matrix
    y = np.empty((len(x), len(numbers)), np.float32)
    for f in prange(len(numbers)):
        for b in range(len(x)):
            y[b, f] = dot(numbers[f], x[b]) * number(scales[f])
    return y


def _in_4_bits(x, matrix):
    """Compute `linear` for numbers, scales, and minimums."""
    numbers, scales, lowest = matrix
    whole, units, sums = round_groups(x)
    y = np.empty((len(x), len(numbers), 2, LANES), np.float32)
    for f in prange(len(numbers)):
        for b in range(len(x)):
            multiply_block(whole[b], units[b], sums[b], numbers[f], scales[f], lowest[f], y[b, f])
    return y.reshape(len(x), len(numbers) * 2 * LANES)


@partial(compiled, parallel=True)
def unpack(numbers: np.ndarray, scales: np.ndarray, lowest: np.ndarray) -> np.ndarray:
    """Unpack a 4-bit matrix to W, F D, in column-major order, which is the fastest order to unpack it."""
    weight = np.empty((numbers.shape[1] * GROUP, len(numbers), 2, LANES), np.float32)
    for f in prange(len(numbers)):
        scale, low = np.empty((2, LANES), np.float32), np.empty((2, LANES), np.float32)
        for g in range(numbers.shape[1]):
            for half in range(2):
                for r in range(LANES):
                    scale[half, r], low[half, r] = number(scales[f, g, half, r]), number(lowest[f, g, half, r])
            group = numbers[f, g].reshape(GROUP, LANES)
            for i in range(GROUP):
                column = weight[g * GROUP + i, f]
                for r in range(LANES):
                    column[0, r] = scale[0, r] * np.float32(np.int32(group[i, r] & 15)) + low[0, r]
                for r in range(LANES):
                    column[1, r] = scale[1, r] * np.float32(np.int32(group[i, r] >> 4)) + low[1, r]
    return weight.reshape(len(weight), -1).T


@compiled
def product(x: Rows, matrix: Matrix) -> Products:
    """Compute `linear`. This function can be called from Python."""
    return linear(x, matrix)


@compiled
def normalize(x: Rows, weight: np.ndarray, eps: np.float32) -> Rows:
    """Compute an `RMSNorm`."""
    y = np.empty_like(x)
    for b in range(len(x)):
        total = np.float32(0)
        for value in x[b]:
            total += value * value
        length = np.sqrt(total / np.float32(len(weight)) + eps)
        for i in range(len(weight)):
            y[b, i] = x[b, i] * weight[i] / length
    return y


@compiled
def turn(heads: np.ndarray, cos: np.ndarray, sin: np.ndarray) -> None:
    """Rotate the pairs of some heads, H E, in place by the angles of their position, E/2 (see `Rotary`)."""
    for h in range(len(heads)):
        for i in range(len(cos)):
            first, second = heads[h, 2 * i], heads[h, 2 * i + 1]
            heads[h, 2 * i] = first * cos[i] - second * sin[i]
            heads[h, 2 * i + 1] = first * sin[i] + second * cos[i]


@compiled
def gather(query: np.ndarray, keys: np.ndarray, values: np.ndarray, gathered: np.ndarray) -> None:
    """Compute attention of one query to keys and values, and write the result to `gathered`."""
    weights = np.empty(len(keys), np.float32)
    largest, total = np.float32(-np.inf), np.float32(0)
    for s in range(len(keys)):
        score = np.float32(0)
        for i in range(len(query)):
            score += query[i] * keys[s, i]
        weights[s] = score / np.sqrt(np.float32(len(query)))
        largest = max(largest, weights[s])
    for s in range(len(keys)):
        weights[s] = np.exp(weights[s] - largest)
        total += weights[s]
    gathered[:] = 0
    for s in range(len(keys)):
        for i in range(len(query)):
            gathered[i] += weights[s] / total * values[s, i]


@partial(compiled, parallel=True)
def attend(queries: Heads, keys: Cached, values: Cached) -> Heads:
    """Compute attention of the newest token. H / K query heads share one key-value head."""
    gathered = np.empty_like(queries)
    num_rows, num_heads, _ = queries.shape
    for n in prange(num_rows * num_heads):
        b, h = n // num_heads, n % num_heads
        k = h * keys.shape[1] // num_heads
        gather(queries[b, h], keys[b, k], values[b, k], gathered[b, h])
    return gathered


@compiled
def gate(hidden: Rows) -> Products:
    """Compute silu(gate) · content from the two halves of each row."""
    content = hidden.shape[1] // 2
    y = np.empty((len(hidden), content), np.float32)
    for b in range(len(hidden)):
        for i in range(content):
            y[b, i] = hidden[b, i] / (np.float32(1) + np.exp(-hidden[b, i])) * hidden[b, content + i]
    return y


@compiled
def add(x: Rows, y: Rows) -> None:
    """Add y to x in place, number by number, because numba takes seconds to compile the addition of whole arrays."""
    for b in range(len(x)):
        for i in range(x.shape[1]):
            x[b, i] += y[b, i]


@compiled
def layer(x: Rows, cos: Angles, sin: Angles, keys: Cached, values: Cached, length: int, weights: tuple) -> Rows:
    """Compute a decoder layer for one new token per row, and write its keys and values to the caches."""
    norm, qkv, bias, out, feed_forward_norm, gate_up, down = weights
    num_kv_heads, d_head = keys.shape[1], keys.shape[3]
    made = linear(normalize(x, *norm), qkv)
    num_heads = made.shape[1] // d_head - 2 * num_kv_heads
    queries = np.empty((len(x), num_heads, d_head), np.float32)
    for b in range(len(x)):
        for i in range(len(bias)):
            made[b, i] += bias[i]
        heads = made[b].reshape(-1, d_head)
        turn(heads[: num_heads + num_kv_heads], cos[b], sin[b])
        for h in range(num_heads):
            for i in range(d_head):
                queries[b, h, i] = heads[h, i]
        for k in range(num_kv_heads):
            for i in range(d_head):
                keys[b, k, length, i] = heads[num_heads + k, i]
                values[b, k, length, i] = heads[num_heads + num_kv_heads + k, i]
    gathered = attend(queries, keys[:, :, : length + 1], values[:, :, : length + 1])
    y = linear(gathered.reshape(len(x), -1), out)
    add(y, x)
    z = linear(gate(linear(normalize(y, *feed_forward_norm), gate_up)), down)
    add(y, z)
    return y
