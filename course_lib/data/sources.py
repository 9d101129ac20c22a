"""Data sources: the little world, local files, and the Hugging Face hub, all selected by one argument, `source`."""

import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data.shares import SHARES, digests, share
from course_lib.data.text_files import as_written, check_json, check_lines, is_list, load_plain_text
from course_lib.errors import CourseError
from course_lib.files import atomic_file
from course_lib.runtime import cache_folder

if TYPE_CHECKING:  # slow to import
    import datasets

Row = dict[str, object]  # a row of a data set: one value per column
World = Callable[[str], list[Row]]  # a function that generates the little world's rows for a split
READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".txt": "text"}


def load_source(source: str | Path, split: str, world: World) -> "datasets.Dataset":
    """Load a split of a data set from the little world, local files, or the Hugging Face hub.

    Args:
        source: one of the following:
            - "world" for the little world;
            - a folder with one file per split, such as `train.jsonl` and `validation.parquet`, optionally gzipped;
            - a single such file, whose rows are divided among the splits (see `share`);
            - a hub id such as "Helsinki-NLP/opus-100:en-pt", with the configuration after the colon.
            A plain text file such as `train.txt` becomes rows with a column `text` (see `load_plain_text`).
        split: "train", "validation", or "test".
        world: a function that generates the rows of a split if the source is "world".

    Raises:
        CourseError: the source, the split, or the file can't be used.
    """
    if source == "world":
        with quiet_datasets():
            return load_world(split, world)
    if source and os.path.exists(source):  # Path.exists fails on names that are too long
        with quiet_datasets():
            return load_path(Path(source), split)
    if isinstance(source, str) and source.count("/") == 1 and not source.startswith((".", "/", "~")):
        return load_hub(source, split)
    raise CourseError(
        f'the source must be "world", an existing file or folder, or a hub id such as Helsinki-NLP/opus-100:en-pt, '
        f'got "{source}"'
    )


@contextlib.contextmanager
def quiet_datasets() -> Iterator[None]:
    """Turn off the progress bars and error logs of `datasets` in a block, but not those of downloads from the hub."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from datasets.utils import logging

    were_disabled, verbosity = are_progress_bars_disabled(), logging.get_verbosity()
    disable_progress_bars()
    logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if not were_disabled:
            enable_progress_bars()


def load_world(split: str, world: World) -> "datasets.Dataset":
    """Return the little world's rows for a split, which are generated only once and then cached.

    The cache file's name includes a fingerprint of the generating code, so a change of the code invalidates the cache.

    Raises:
        CourseError: the cache can't be written.
    """
    from datasets import Dataset

    from course_lib.world import fingerprint

    path = cache_folder() / f"{world.__name__}-{split}-{fingerprint()}.rows"
    rows = cached(path)
    if rows is None:
        rows = Dataset.from_list(world(split))
        rows.to_parquet(buffer := io.BytesIO())
        data = buffer.getvalue()
        try:
            with atomic_file(path) as draft:
                draft.write_bytes(hashlib.sha256(data).digest() + data)
        except CourseError as error:
            raise CourseError(f"{error}; {ANOTHER_CACHE}") from None
    return rows


ANOTHER_CACHE = "set the environment variable COURSE_CACHE to another folder with enough free space"


def cached(path: Path) -> "datasets.Dataset | None":
    """Read the rows of a cache file into memory. Return None if the file does not exist or is damaged.

    The file contains a digest of 32 bytes, followed by Parquet data. The digest is needed because Parquet itself does
    not detect damage.

    Raises:
        CourseError: the file can't be read.
    """
    from datasets import Dataset
    from datasets.table import InMemoryTable
    from pyarrow.parquet import read_table

    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CourseError(f"{path} can't be read: {error.strerror}; {ANOTHER_CACHE}") from None
    digest, data = content[:32], content[32:]
    if hashlib.sha256(data).digest() != digest:
        return None
    return Dataset(InMemoryTable(read_table(io.BytesIO(data))), fingerprint=path.stem)


def load_path(path: Path, split: str) -> "datasets.Dataset":
    """Load a split from a local path: the split's file in a folder, or a share of the rows of a single file.

    Raises:
        CourseError: the file can't be read, or there is no file or no row for the split.
    """
    if path.is_dir():
        return load_file(find_file(path, split), split)
    rows = load_file(path, "train")
    part = share(digests(rows), split)
    if not part:
        raise CourseError(f'{path} has no row for split "{split}"; of every ten different rows, {SHARES}')
    return rows.select(part).flatten_indices()


def load_file(file: Path, split: str) -> "datasets.Dataset":
    """Load all rows of a local file, and label them as the given split.

    Raises:
        CourseError: the file has an unknown format or can't be read.
    """
    from datasets import load_dataset

    reader = READERS.get(Path(file.name.removesuffix(".gz")).suffix)
    if reader is None:
        raise CourseError(f"{file} must have a name that ends in {', '.join(READERS)}, optionally followed by .gz")
    if reader == "text":
        return load_plain_text(file)
    if reader == "json":
        check_json(file)
    try:
        rows = load_dataset(reader, data_files={split: str(file)}, split=split)
        return as_written(rows, file) if reader == "json" else rows
    except Exception as error:  # datasets wraps errors in many ways
        if reader == "json" and not is_list(file):
            check_lines(file)
        raise CourseError(f"{file} can't be read: {error.__cause__ or error}") from error


def find_file(folder: Path, split: str) -> Path:
    """Return the file in a folder whose name up to the first dot is `split`.

    Raises:
        CourseError: there is no such file.
    """
    files = sorted(file for file in folder.iterdir() if file.is_file())
    for file in files:
        if file.name.split(".")[0] == split:
            return file
    found = named(file.name for file in files)
    raise CourseError(f'{folder} must have a file for split "{split}", such as {split}.jsonl; it contains {found}')


def named(names: Iterable[str], most: int = 9) -> str:
    """Return a readable list of the first `most` names in alphabetical order, and the number of other names."""
    names = sorted(names)
    more = f" and {len(names) - most:,} more" * (len(names) > most)
    return (", ".join(names[:most]) or "nothing") + more


def load_hub(source: str, split: str) -> "datasets.Dataset":
    """Load a data set from the Hugging Face hub, over the network or from the hub's cache.

    Raises:
        CourseError: the data set can't be loaded.
    """
    from datasets import load_dataset

    name, _, configuration = source.partition(":")
    try:
        return load_dataset(name, configuration or None, split=split)
    except Exception as error:  # offline, or an unknown name, configuration, or split
        raise CourseError(f'hub data set "{source}", split "{split}", could not be loaded: {error}') from error


def require_columns(rows: "datasets.Dataset", *columns: str) -> "datasets.Dataset":
    """Check that a data set has all `columns`, and return it unchanged.

    Raises:
        CourseError: a column is missing.
    """
    missing = [column for column in columns if column not in rows.column_names]
    if missing:
        raise CourseError(
            f"the data set must have a column {' and a column '.join(missing)}, got only {', '.join(rows.column_names)}"
        )
    return rows
