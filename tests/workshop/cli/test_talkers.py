"""What `course chat` can talk with: what is refused, and how its weights are kept."""

import pytest
import torch
from gguf import GGMLQuantizationType as Kind

from course_lib.generation import complete
from course_lib.workshop.cli.talkers import for_a_cpu, ready_to_write, talker, well_computed
from course_lib.workshop.convert import llm_to_hugging_face, open_checkpoint
from course_lib.workshop.fast import Fused, HalfLinear, PackedLinear, fuse, fused
from tests.chats import chat_llm, chat_tokenizer, user
from tests.workshop.cli.conftest import course
from tests.workshop.convert.gguf_files import twin, written
from tests.workshop.convert.test_gguf_packed import GROUPED


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


PROMPTS = [[3, first, 7, 5] for first in range(5, 15)]
QUESTIONS = (
    "What is the capital of France?",
    "Who wrote Hamlet?",
    "What is 2 plus 2?",
    "Name a color.",
    "What is water made of?",
    "How many days are in a week?",
    "What is the opposite of hot?",
    "Write a sentence about a dog.",
    "What is the largest planet?",
    "Why is the sky blue?",
)


def twenty(model, prompts, end_id=-1):
    """The first twenty tokens that a model generates after each prompt alone."""
    return [complete([prompt], model, end_id, max_new_tokens=20)[0] for prompt in prompts]


@pytest.mark.usefixtures("shapes_unchecked")
def test_a_small_gguf_model_generates_what_its_file_says_and_a_packed_one_would_not(tmp_path, monkeypatch):
    sizes = GROUPED | {"max_position_embeddings": 64}
    path = written(tmp_path / "it.gguf", "llama", twin("llama", **sizes), Kind.Q4_0)
    checkpoint = open_checkpoint(path)
    expected = twenty(checkpoint.model(), PROMPTS)
    assert twenty(fuse(checkpoint.packed()), PROMPTS) != expected
    assert twenty(ready_to_write(for_a_cpu(checkpoint)), PROMPTS) == expected
    monkeypatch.setattr("course_lib.workshop.cli.talkers.LARGE", checkpoint.unpacked_bytes - 1)
    assert any(isinstance(layer, PackedLinear) for layer in for_a_cpu(checkpoint).modules())


@pytest.mark.slow
@pytest.mark.usefixtures("shapes_unchecked")
def test_smollm2_answers_ten_questions_as_its_unpacked_model_does(smollm2):
    template = smollm2.chat_template()
    prompts = [template.prompt([user(question)]) for question in QUESTIONS]
    expected = twenty(smollm2.model(), prompts, template.end_id)
    assert "Paris" in template.decode(expected[0])
    assert twenty(ready_to_write(for_a_cpu(smollm2)), prompts, template.end_id) == expected


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
