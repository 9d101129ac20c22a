"""Known mistakes with units of memory, for the exercises that ask for bytes, KiB, MiB or GiB."""

OF_BYTES = {
    "this is 1,024 times too large: bytes, KiB, MiB and GiB differ by a factor of 1,024": 1024,
    "this is 1,024 times too small: bytes, KiB, MiB and GiB differ by a factor of 1,024": 1 / 1024,
    "1,024 is taken for 1,000": 1 / 1.024,
    "1,000 is taken for 1,024": 1.024,
    "2²⁰ is taken for 10⁶": 1 / 1.024**2,
    "10⁶ is taken for 2²⁰": 1.024**2,
    "2³⁰ is taken for 10⁹": 1 / 1.024**3,
    "10⁹ is taken for 2³⁰": 1.024**3,
}


def of_bytes(true, *parts):
    """Return the mistakes with units in a number of bytes, or in these parts of a dict: pairs (cause, wrong answer)."""
    if not parts:
        return [(cause, factor * true) for cause, factor in OF_BYTES.items()]
    return [(cause, {part: factor * true[part]}) for cause, factor in OF_BYTES.items() for part in parts]
