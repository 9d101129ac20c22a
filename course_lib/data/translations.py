"""Load Portuguese-English sentence pairs, in the hub's format: a column `translation` with `pt` and `en`."""

from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.collate import IdPair
from course_lib.data.sources import Row, load_source, require_columns
from course_lib.data.tokenizer import TextTokenizer, Tokenizer
from course_lib.errors import CourseError

if TYPE_CHECKING:  # slow to import
    import datasets


def load_translations(source: str | Path = "world", split: str = "train") -> "datasets.Dataset":
    """Load sentence pairs as rows with a column `translation`, a dict with the keys `pt` and `en`.

    The little world adds the columns `alignment`, `pattern`, and `held_out`.

    Args:
        source: see `load_source`.
        split: "train", "validation", or "test".

    Raises:
        CourseError: the source can't be used, the column is missing, or a row lacks one of the sentences. The
            message names the row.
    """
    rows = require_columns(load_source(source, split, world_translations), "translation")
    for number, pair in enumerate(rows["translation"][:], start=1):
        if not is_pair(pair):
            raise CourseError(
                f'row {number} of "{source}", split "{split}": translation must have a nonempty text pt '
                f"and a nonempty text en, got {pair}"
            )
    return rows


def is_pair(pair: object) -> bool:
    """Return True if `pair` is a dict with a nonempty text for each language."""
    return isinstance(pair, dict) and all(
        isinstance(pair.get(side), str) and pair[side].strip() for side in ("pt", "en")
    )


def world_translations(split: str) -> list[Row]:
    """Generate the little world's sentence pairs as rows of a data set."""
    from course_lib.world import make_pairs

    return [
        {
            "translation": {"pt": pair.pt, "en": pair.en},
            "alignment": [list(link) for link in pair.alignment],
            "pattern": pair.pattern,
            "held_out": pair.held_out,
        }
        for pair in make_pairs(split)
    ]


def train_translation_tokenizer(rows: "datasets.Dataset", vocab_size: int) -> Tokenizer:
    """Train a single tokenizer for both languages on the sentence pairs of a data set."""
    return Tokenizer.train((pair[side] for pair in rows["translation"][:] for side in ("pt", "en")), vocab_size)


def translation_pairs(rows: "datasets.Dataset", tokenizer: TextTokenizer) -> list[IdPair]:
    """Convert sentence pairs into (source, target) pairs of token ids. Each sentence ends with <eos>."""
    pairs = rows["translation"][:]  # thirty times as fast as reading row by row
    sources, targets = (tokenizer.encode_batch([pair[side] for pair in pairs]) for side in ("pt", "en"))
    return list(zip(sources, targets, strict=True))
