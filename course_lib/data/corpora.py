"""The text corpora that large models were trained on (slide "LLMs learning: most used text corpora for training")."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

from course_lib.data.sources import quiet_datasets

SECONDS = 5  # to wait for the hub's first answer


@dataclass(frozen=True)
class Corpus:
    """A row of the slide's table, and what the hub says of its entry there.

    `slide_size` and `slide_use` are the slide's words in short. The other fields are those of the entry `hub_id`,
    empty where there is none: `license`, `hub_size` (rows), `languages`, and in `note` what one should know about it.
    `options` is what `load_dataset` needs to know beside the id, `column` the column with the text.
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
    """A live `text` of a corpus; or None, and the `reason` why there is none."""

    text: str | None
    reason: str = ""

    def __str__(self) -> str:
        return f"no sample: {self.reason}" if self.text is None else " ".join(self.text.split())[:300]


def sample(corpus: Corpus) -> Sample:
    """The first text of a corpus, streamed from the hub: only what is looked at is downloaded.

    Without a network, and for a corpus that the hub hasn't or doesn't give away, the `Sample` says so; nothing is
    raised, and nothing waits for long.
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
    except Exception as error:  # no access, no reader for the format, a new layout: datasets says which
        return Sample(None, f"{corpus.hub_id} can't be streamed: {first_line(error)}")


def unreachable(hub_id: str) -> str:
    """Why the entry `hub_id` can't be asked for; "" where the hub knows it."""
    if os.environ.get("HF_HUB_OFFLINE", "0").lower() in ("1", "true", "yes", "on"):
        return "offline, as HF_HUB_OFFLINE asks for"
    from huggingface_hub import HfApi

    try:
        HfApi().dataset_info(hub_id, timeout=SECONDS)
    except Exception as error:  # no network, no such entry: many kinds
        return f"the hub doesn't answer ({first_line(error)})"
    return ""


def first_line(error: Exception) -> str:
    """The first line of an error's message, or its kind where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
