"""Text corpora for training large models (slide "LLMs learning: most used text corpora for training")."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from course_lib.data.sources import quiet_datasets

SECONDS = 5  # timeout for the hub's first answer


@dataclass(frozen=True)
class Corpus:
    """A text corpus, with its row in the slide's table and facts from its page on the Hugging Face hub.

    Args:
        name: the name of the corpus.
        about: a short description.
        slide_size: the size given on the slide, shortened.
        slide_use: the use given on the slide, shortened.
        hub_id: the id on the hub, or empty if the hub does not have the corpus.
        options: additional arguments for `load_dataset`, as name=value pairs separated by spaces.
        column: the name of the column that contains the text.
        license: the license given on the hub.
        hub_size: the number of rows on the hub.
        languages: the languages given on the hub.
        note: a remark about the corpus.
    """

    name: str
    about: str
    slide_size: str
    slide_use: str
    hub_id: str
    options: str
    column: str
    license: str
    hub_size: str
    languages: str
    note: str


with (Path(__file__).with_suffix(".csv")).open(encoding="utf-8") as table:
    CORPORA = tuple(Corpus(**row) for row in csv.DictReader(table))


@dataclass(frozen=True)
class Sample:
    """A `text` from a corpus. If it could not be loaded, `text` is None and `reason` explains why."""

    text: str | None
    reason: str = ""

    def __str__(self) -> str:
        return f"no sample: {self.reason}" if self.text is None else " ".join(self.text.split())[:300]


def sample(corpus: Corpus) -> Sample:
    """Stream the first text of a corpus from the hub, without downloading the rest.

    If there is no network or the hub does not have the corpus, the function returns a `Sample` with the reason. It
    raises no exception, and gives up after a few seconds.
    """
    if not corpus.hub_id:
        return Sample(None, f"the hub has no {corpus.name}")
    reason = unreachable(corpus.hub_id)
    if reason:
        return Sample(None, reason)
    from datasets import load_dataset

    options = dict(option.split("=") for option in corpus.options.split())
    try:
        with quiet_datasets():
            rows = load_dataset(corpus.hub_id, split="train", streaming=True, **options)
            return Sample(next(iter(rows))[corpus.column])
    except Exception as error:  # no access, an unknown format, a new layout, ...
        return Sample(None, f"{corpus.hub_id} can't be streamed: {first_line(error)}")


def unreachable(hub_id: str) -> str:
    """Return the reason why the hub can't provide the data set `hub_id`, or "" if it can."""
    if os.environ.get("HF_HUB_OFFLINE", "0").lower() in ("1", "true", "yes", "on"):
        return "the hub can't be used, because HF_HUB_OFFLINE is set"
    from huggingface_hub import HfApi

    try:
        HfApi().dataset_info(hub_id, timeout=SECONDS)
    except Exception as error:  # no network, no such data set, ...
        return f"the hub doesn't answer ({first_line(error)})"
    return ""


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, or the type of the error if it has no message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
