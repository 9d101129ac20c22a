"""What `course chat` can talk with: what is refused, and how its weights are kept."""

import pytest
import torch

from course_lib.workshop.cli.talkers import talker, well_computed
from course_lib.workshop.convert import llm_to_hugging_face
from course_lib.workshop.fast import Fused, HalfLinear, fused
from tests.chats import chat_llm, chat_tokenizer
from tests.workshop.cli.conftest import course


def test_a_checkpoint_without_a_chat_template_and_an_unknown_id_are_refused(tmp_path):
    llm_to_hugging_face(chat_llm(), tmp_path)
    for name, said in ((tmp_path, "no tokenizer.json"), ("nobody/nothing", "the hub did not give it")):
        result = course("chat", "--model", name, input="Hello!\n")
        assert result.exit_code == 2
        assert said in result.stderr


def test_a_model_of_another_kind_is_refused(trained):
    result = course("chat", "--model", trained[0], input="Hello!\n")
    assert result.exit_code == 2
    assert "must be an instance of Llm or Vlm, got Translator" in result.stderr


@pytest.mark.parametrize(
    ("stored", "device", "has_bfloat16", "computed"),
    [
        ("bfloat16", "cuda", True, "bfloat16"),
        ("bfloat16", "cuda", False, "float32"),
        ("float16", "cuda", False, "float16"),
        ("bfloat16", "cpu", True, "float32"),
        ("float16", "mps", True, "float32"),
    ],
)
def test_weights_keep_their_type_where_the_device_is_made_for_it(stored, device, has_bfloat16, computed, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: has_bfloat16)
    assert well_computed(getattr(torch, stored), torch.device(device)) == getattr(torch, computed)


def test_on_a_processor_a_checkpoint_stays_in_its_bits_and_is_fused(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    monkeypatch.setattr(fused, "warmed_up", lambda model: model)  # nothing is compiled
    threads = torch.get_num_threads()
    try:
        llm_to_hugging_face(chat_llm().bfloat16(), tmp_path, chat_tokenizer())
        model = talker(tmp_path)().model
        assert isinstance(model, Fused)
        assert isinstance(model.model.output, HalfLinear)
    finally:
        torch.set_num_threads(threads)
