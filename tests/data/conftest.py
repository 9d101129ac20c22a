"""Nothing that these tests load or generate goes into the user's caches."""

import datasets
import pytest


@pytest.fixture(autouse=True)
def own_caches(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path_factory.mktemp("course")))
