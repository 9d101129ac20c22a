"""One argument, `source`, for every data set: "world" (generated here), a local path, or an id on the hub."""

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

Row = dict[str, object]  # of a data set: a value for each column
World = Callable[[str], list[Row]]  # from a split to the rows that the little world has for it
READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".txt": "text"}


def load_source(source: str | Path, split: str, world: World) -> "datasets.Dataset":
    """The data set `split` of `source`.

    Args:
        source: "world"; a folder with `train.jsonl`, `validation.parquet` and so on, perhaps gzipped; one such file,
            whose rows are divided among the splits (see `share`); or a hub id such as "Helsinki-NLP/opus-100:en-pt",
            where the part after the colon names a configuration. Plain text (`train.txt`) is cut into rows with a
            column `text` (see `load_plain_text`).
        split: "train", "validation" or "test".
        world: called for "world".

    Raises:
        CourseError: the source, the split or the file can't be used; the message says what was found instead.
    """
    if source == "world":
        with quiet_datasets():
            return load_world(split, world)
    if source and os.path.exists(source):  # unlike Path's, it bears names that are too long
        with quiet_datasets():
            return load_path(Path(source), split)
    if isinstance(source, str) and source.count("/") == 1 and not source.startswith((".", "/", "~")):
        return load_hub(source, split)
    raise CourseError(
        f'unknown source "{source}": expected "world", an existing file or folder, or a hub id such as '
        "Helsinki-NLP/opus-100:en-pt"
    )


@contextlib.contextmanager
def quiet_datasets() -> Iterator[None]:
    """Keep `datasets` from drawing progress bars for what is read in no time, and from logging errors that we raise.

    Downloads from the hub keep both.
    """
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
    """Rows of the little world, generated once and cached under a name that changes with the code that made them.

    Raises:
        CourseError: they can't be kept; the message says how to choose another folder for them.
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


ANOTHER_CACHE = "the environment variable COURSE_CACHE can name another folder, one of yours with some room"


def cached(path: Path) -> "datasets.Dataset | None":
    """The rows in a file of the cache, in memory; None where there is no such file, or it is damaged.

    The file is a digest, of 32 bytes, and what it is the digest of, in Parquet, which has no such protection.
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
    """Return the rows of the file in a folder that is named after the split, or a file's share for the split.

    Raises:
        CourseError: the folder has no file for the split, the file can't be read, or it has no row for the split.
    """
    if path.is_dir():
        return load_file(find_file(path, split), split)
    rows = load_file(path, "train")
    part = share(digests(rows), split)
    if not part:
        raise CourseError(f'{path} has no row for split "{split}": of ten different rows, {SHARES}')
    return rows.select(part).flatten_indices()


def load_file(file: Path, split: str) -> "datasets.Dataset":
    """Return all rows of a local file, under the name of a split."""
    from datasets import load_dataset

    reader = READERS.get(Path(file.name.removesuffix(".gz")).suffix)
    if reader is None:
        raise CourseError(f"{file} has an unknown format; expected one of {', '.join(READERS)}, perhaps with .gz")
    if reader == "text":
        return load_plain_text(file)
    if reader == "json":
        check_json(file)
    try:
        rows = load_dataset(reader, data_files={split: str(file)}, split=split)
        return as_written(rows, file) if reader == "json" else rows
    except Exception as error:  # datasets wraps what went wrong in many ways
        if reader == "json" and not is_list(file):
            check_lines(file)
        raise CourseError(f"{file} can't be read: {error.__cause__ or error}") from error


def find_file(folder: Path, split: str) -> Path:
    """The file of `folder` whose name before the first dot is `split`."""
    files = sorted(file for file in folder.iterdir() if file.is_file())
    for file in files:
        if file.name.split(".")[0] == split:
            return file
    found = named(file.name for file in files)
    raise CourseError(f'{folder} has no file for split "{split}" (such as {split}.jsonl); it holds {found}')


def named(names: Iterable[str], most: int = 9) -> str:
    """Names in alphabetical order as words: the first of them, and how many more there are."""
    names = sorted(names)
    more = f" and {len(names) - most:,} more" * (len(names) > most)
    return (", ".join(names[:most]) or "nothing") + more


def load_hub(source: str, split: str) -> "datasets.Dataset":
    """Rows of a data set on the Hugging Face hub; needs a network, or a copy in the hub's cache."""
    from datasets import load_dataset

    name, _, configuration = source.partition(":")
    try:
        return load_dataset(name, configuration or None, split=split)
    except Exception as error:  # offline, unknown name, unknown configuration, unknown split: datasets says which
        raise CourseError(f'hub data set "{source}", split "{split}", could not be loaded: {error}') from error


def require_columns(rows: "datasets.Dataset", *columns: str) -> "datasets.Dataset":
    """Return `rows` if it has all `columns`, else raise a CourseError that names what is missing and what is there."""
    missing = [column for column in columns if column not in rows.column_names]
    if missing:
        raise CourseError(f"missing column {', '.join(missing)}; found {', '.join(rows.column_names)}")
    return rows
