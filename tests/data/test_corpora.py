"""The table of corpora: complete, and a sample of each, or else the reason why there is none."""

import pytest

from course_lib.data import corpora
from course_lib.data.corpora import CORPORA, sample

NAMES = {corpus.name: corpus for corpus in CORPORA}
OFFERED = [corpus for corpus in CORPORA if corpus.hub_id]


@pytest.fixture
def hub(monkeypatch):
    """A hub that answers: what it is asked for is noted, and each data set has two rows."""
    asked = []

    def load_dataset(path, **options):
        asked.append((path, options))
        return iter([{"text": "first\n text", "content": "print(1)"}, {"text": "second", "content": "print(2)"}])

    monkeypatch.setattr(corpora, "unreachable", lambda hub_id: "")
    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    return asked


def test_every_entry_is_described_and_what_has_none_says_why():
    for corpus in CORPORA:
        assert corpus.about and corpus.slide_size and corpus.slide_use
        entry = (corpus.column, corpus.license, corpus.hub_size, corpus.languages)
        assert all(entry) if corpus.hub_id else not any(entry) and corpus.note


def test_offline_the_sample_says_so_and_nothing_is_loaded(monkeypatch):
    monkeypatch.setattr("datasets.load_dataset", None)
    assert sample(OFFERED[0]).text is None
    assert "HF_HUB_OFFLINE is set" in str(sample(OFFERED[0]))


def test_a_network_that_does_not_answer_is_a_reason_and_no_error(monkeypatch):
    def dataset_info(self, name, timeout):
        raise ConnectionError("[Errno -2] Name or service not known\nand more")

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setattr("huggingface_hub.HfApi.dataset_info", dataset_info)
    assert sample(NAMES["C4"]).reason == "the hub doesn't answer ([Errno -2] Name or service not known)"


def test_a_corpus_without_an_entry_is_a_reason_and_no_error(hub):
    assert sample(NAMES["Google News"]).reason == "the hub has no Google News"
    assert hub == []


@pytest.mark.parametrize("corpus", OFFERED, ids=lambda corpus: corpus.name)
def test_with_a_network_the_first_text_is_streamed(corpus, hub):
    assert sample(corpus).text in ("first\n text", "print(1)")
    ((name, options),) = hub
    assert (name, options["split"], options["streaming"]) == (corpus.hub_id, "train", True)


def test_the_options_of_an_entry_reach_the_hub(hub):
    for name in ("Wikipedia", "StarCoder Data"):
        sample(NAMES[name])
    assert [options for _, options in hub] == [
        {"split": "train", "streaming": True, "name": "20231101.en"},
        {"split": "train", "streaming": True, "data_dir": "python"},
    ]


def test_an_entry_that_gives_nothing_is_a_reason_and_no_error(monkeypatch):
    def load_dataset(path, **options):
        raise ValueError("this data set is gated\nlog in first")

    monkeypatch.setattr(corpora, "unreachable", lambda hub_id: "")
    monkeypatch.setattr("datasets.load_dataset", load_dataset)
    expected = "bigcode/starcoderdata can't be streamed: this data set is gated"
    assert sample(NAMES["StarCoder Data"]).reason == expected


def test_a_sample_is_printed_on_one_line(hub):
    assert str(sample(NAMES["C4"])) == "first text"
