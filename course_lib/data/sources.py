"""One argument, `source`, for every data set: "world" (generated here), a local path, or an id on the hub."""

import contextlib
import gzip
import json
import os
from functools import partial
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.runtime import cache_folder

READERS = {".jsonl": "json", ".json": "json", ".parquet": "parquet", ".txt": "text"}


def load_source(source, split, world):
    """The data set `split` of `source`, as a `datasets.Dataset`.

    Args:
        source: "world"; a file, or a folder with `train.jsonl`, `validation.parquet` and so on, perhaps gzipped; or
            a hub id such as "Helsinki-NLP/opus-100:en-pt", where the part after the colon names a configuration.
            Plain text (`train.txt`) is cut into rows with a column `text` (see `load_plain_text`).
        split: "train", "validation" or "test".
        world: a function from a split to the list of rows that the little world has for it, called for "world".

    Raises:
        CourseError: the source, the split or the file can't be used; the message says what was found instead.
    """
    if source == "world":
        with no_progress_bars():
            return load_world(split, world)
    if source and Path(source).exists():
        with no_progress_bars():
            return load_path(Path(source), split)
    if source.count("/") == 1 and not source.startswith((".", "/", "~")):
        return load_hub(source, split)
    raise CourseError(
        f'unknown source "{source}": expected "world", an existing file or folder, or a hub id such as '
        "Helsinki-NLP/opus-100:en-pt"
    )


@contextlib.contextmanager
def no_progress_bars():
    """Keep `datasets` from drawing progress bars for what is read in no time; downloads from the hub have theirs."""
    from datasets import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    were_disabled = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not were_disabled:
            enable_progress_bars()


def load_world(split, world):
    """Rows of the little world, generated once and cached under a name that changes with the code that made them."""
    from datasets import Dataset

    from course_lib.world import fingerprint

    path = cache_folder() / f"{world.__name__}-{split}-{fingerprint()}.parquet"
    if not path.exists():
        rows = Dataset.from_list(world(split))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        rows.to_parquet(draft)
        draft.replace(path)
    return Dataset.from_parquet(str(path), cache_dir=str(cache_folder() / "datasets"))


def load_path(path, split):
    """Rows of a local file, or of the file in a folder that is named after the split."""
    from datasets import load_dataset

    file = find_file(path, split) if path.is_dir() else path
    reader = READERS.get(Path(file.name.removesuffix(".gz")).suffix)
    if reader is None:
        raise CourseError(f"{file} has an unknown format; expected one of {', '.join(READERS)}, perhaps with .gz")
    load = load_plain_text if reader == "text" else partial(load_dataset, reader)
    try:
        return load(data_files={split: str(file)}, split=split)
    except Exception as error:  # datasets wraps what went wrong in many ways
        raise CourseError(diagnose(file) or f"{file} can't be read: {error.__cause__ or error}") from error


def load_plain_text(data_files, split):
    """Rows of a text file: its paragraphs, or its lines where no empty line parts it into paragraphs."""
    from datasets import load_dataset

    for unit in ("paragraph", "line"):
        rows = load_dataset("text", data_files=data_files, split=split, sample_by=unit)
        rows = rows.filter(lambda row: row["text"].strip() != "")
        if len(rows) > 1:
            break
    if not len(rows):
        raise CourseError("it holds no text")
    return rows


def find_file(folder, split):
    """The file of `folder` whose name before the first dot is `split`."""
    files = sorted(file for file in folder.iterdir() if file.is_file())
    for file in files:
        if file.name.split(".")[0] == split:
            return file
    found = ", ".join(file.name for file in files) or "nothing"
    raise CourseError(f'{folder} has no file for split "{split}" (such as {split}.jsonl); it holds {found}')


def diagnose(file):
    """What is wrong with a file: that it is empty, or its first bad line in JSON Lines; None if nothing is found."""
    if not file.stat().st_size:
        return f"{file} is empty"
    if ".json" not in file.name:
        return None
    opener, number = gzip.open if file.suffix == ".gz" else open, 0
    with opener(file, "rt", encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip() and not isinstance(json.loads(line), dict):
                    return f"{file}, line {number}: expected a JSON object, got {line.strip()[:60]!r}"
        except json.JSONDecodeError as error:
            return f"{file}, line {number}: not valid JSON ({error.msg}): {line.strip()[:60]!r}"
        except (OSError, EOFError, UnicodeDecodeError) as error:
            return f"{file} is damaged: {error}"
    return None if number else f"{file} is empty"


def load_hub(source, split):
    """Rows of a data set on the Hugging Face hub; needs a network, or a copy in the hub's cache."""
    from datasets import load_dataset

    name, _, configuration = source.partition(":")
    try:
        return load_dataset(name, configuration or None, split=split)
    except Exception as error:  # offline, unknown name, unknown configuration, unknown split: datasets says which
        raise CourseError(f'hub data set "{source}", split "{split}", could not be loaded: {error}') from error


def require_columns(rows, *columns):
    """Return `rows` if it has all `columns`, else raise a CourseError that names what is missing and what is there."""
    missing = [column for column in columns if column not in rows.column_names]
    if missing:
        raise CourseError(f"missing column {', '.join(missing)}; found {', '.join(rows.column_names)}")
    return rows
