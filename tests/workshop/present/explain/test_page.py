"""One file for a model: what is in it, how large it is, and what is refused before anything is written."""

import json
from dataclasses import make_dataclass

import pytest
import torch

from course_lib.data import MetWords
from course_lib.errors import CourseError
from course_lib.models import save_model
from course_lib.models.translator import TranslatorConfig
from course_lib.workshop.present.explain import LivePage, page
from course_lib.workshop.present.explain.supported import check_config
from course_lib.workshop.present.explain.weights import pack
from course_lib.workshop.viz.bundle import without_marks
from tests.models.tiny import tiny_bert
from tests.toys import tiny_translator, toy_tokenizer


@pytest.fixture
def folder(tmp_path):
    """A small translator on disk, and the words that it has met."""
    tokenizer = toy_tokenizer()
    save_model(tiny_translator(vocab_size=len(tokenizer)), tmp_path / "mine", tokenizer)
    MetWords(["um", "</script>"]).save(tmp_path / "mine" / MetWords.file)
    return tmp_path / "mine"


def test_a_page_holds_all_its_files_and_the_model(folder):
    html = LivePage(folder).html()
    scripts = [path for path in page.FOLDER.rglob("*.js") if without_marks(path.read_text()) not in html]
    styles = [path for path in page.FOLDER.rglob("*.css") if path.read_text() not in html]
    assert scripts + styles == []
    assert json.dumps(LivePage(folder).contents()["weights"]["base64"]) in html


def test_a_page_asks_for_nothing_outside_itself_and_the_browser_is_told_so(folder):
    html = LivePage(folder, lessons="").html()
    assert [mark for mark in ("src=", "href=", "import(", "url(", "require", "fetch(") if mark in html] == []
    assert html.count("http") == html.count("http-equiv") + html.count("http://www.w3.org/2000/svg")
    assert "default-src 'none'" in html


def test_nothing_that_a_model_brings_can_end_the_script(folder):
    assert LivePage(folder).html().count("</script>") == 1


def test_the_name_of_a_model_is_text(folder, tmp_path):
    odd = folder.rename(tmp_path / "<b>mine & $yours")
    assert "<title>&lt;b&gt;mine &amp; $yours</title>" in LivePage(odd).html()


def test_tied_weights_travel_once(folder):
    packed = LivePage(folder).contents()["weights"]
    starts = [packed["tensors"][f"{name}.weight"]["start"] for name in ("encoder.embedding.table", "decoder.output")]
    assert starts[0] == starts[1]
    assert len(packed["base64"]) == pytest.approx(LivePage(folder).megabytes * 1e6, abs=4)


def test_a_heavy_page_is_written_only_when_it_is_asked_for(folder, monkeypatch):
    monkeypatch.setattr(page, "LARGEST", 0.001)
    with pytest.raises(CourseError, match=r"would have 0 MB, more than .* --large"):
        LivePage(folder).html()
    assert LivePage(folder).html(large=True)


def test_a_model_of_another_kind_is_refused_by_name():
    with pytest.raises(CourseError, match="must be an instance of Translator or Llm or Vlm, got Bert"):
        check_config("bert", tiny_bert())


def test_a_part_that_the_page_does_not_compute_is_refused_by_name():
    model = tiny_translator()
    config = make_dataclass("Config", [("experts", int, 1)], bases=(TranslatorConfig,), frozen=True, kw_only=True)
    model.config = config(vocab_size=17)
    check_config("plain", model)
    model.config = config(vocab_size=17, experts=8)
    with pytest.raises(CourseError, match='can\'t compute "mixture": its config has experts=8'):
        check_config("mixture", model)


def test_a_weight_that_16_bits_do_not_hold_is_refused_by_name():
    model = tiny_translator()
    with torch.no_grad():
        model.encoder.layers[1].feed_forward.up_proj.bias[3] = -1e5
    with pytest.raises(CourseError, match=r"encoder.layers.1.feed_forward.up_proj.bias holds 100000; .* 65,504"):
        pack(model)
