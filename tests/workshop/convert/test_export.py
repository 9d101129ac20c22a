"""Our `Llm` and `Gpt`, written for transformers: they load there without a complaint, and say the same."""

import json
import math

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from course_lib.data import ChatTemplate, Tokenizer, pad_left
from course_lib.errors import CourseError
from course_lib.generation import complete
from course_lib.models import Gpt, Llm, LlmConfig
from course_lib.nn import DynamicNtkScaling, LinearScaling, Llama3Scaling, YarnScaling
from course_lib.workshop.convert import HubCheckpoint, gpt_to_hugging_face, hub_config, llm_config, llm_to_hugging_face
from tests.models.tiny import tiny_gpt, tiny_llm
from tests.parity import B, V, assert_near, shake
from tests.toys import sentence_rows
from tests.workshop.convert.hugging_face import NEAR, random_tokens
from tests.workshop.convert.llm_twins import FAMILIES, T, their_llm

PLAIN = {"d_model": 24, "num_heads": 6, "max_length": 64}
GEMMA = {"activation": "gelu_tanh", "post_norms": True, "embedding_scale": math.sqrt(24)}
OTHERS = {
    "plain": {},
    "untied": {"tied": False},
    "one window": {"window_sizes": (5, 5, 5)},
    "biases and windows": {"qkv_bias": True, "window_sizes": (3, None, 3)},
    "normed and windows": {"qk_norm": True, "window_sizes": (3, None, 3)},
    "linear": {"rope_scaling": LinearScaling(factor=4.0)},
    "dynamic": {"rope_scaling": DynamicNtkScaling(factor=4.0, original_length=7), "max_length": 7},
    "yarn": {"rope_scaling": YarnScaling(factor=4.0, original_length=16, slow=0.5)},
    "llama3": {"rope_scaling": Llama3Scaling(factor=4.0, original_length=16)},
    "normed": {"qk_norm": True},
    "capped, without windows": GEMMA | {"score_cap": 2.0, "logit_cap": 3.0},
    "four norms, without windows": GEMMA | {"qk_norm": True, "window_rope_base": 10.0},
}
# Their families have no such scale: it goes into the table, which then cannot be the output layer, too.
SCALED = {
    "scaled": {"embedding_scale": 5.0},
    "scaled as a Gemma": {"embedding_scale": math.sqrt(24)},
    "scaled and normed": {"embedding_scale": 5.0, "qk_norm": True},
    "scaled and untied": {"embedding_scale": 5.0, "tied": False},
}


def loaded(folder):
    """Their model, after checking that every tensor had its place and every place its tensor."""
    model, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    assert not any(info.values()), info
    return model.eval()


def export(model, folder):
    write = gpt_to_hugging_face if isinstance(model, Gpt) else llm_to_hugging_face
    write(model, folder)


def our_llm(**changes):
    return tiny_llm(**(PLAIN | changes))


def family_llm(family):
    """One of ours with the choices of a family."""
    return shake(Llm(llm_config(their_llm(family).config.to_dict()))).eval()


MODELS = {name: lambda changes=changes: our_llm(**changes) for name, changes in OTHERS.items()}
MODELS |= {family: lambda family=family: family_llm(family) for family in FAMILIES}


SCALED_MODELS = {name: lambda changes=changes: our_llm(**changes) for name, changes in SCALED.items()}
ALL = MODELS | SCALED_MODELS | {"gpt": lambda: tiny_gpt(max_length=64)}


@pytest.mark.parametrize("make", ALL.values(), ids=ALL.keys())
@torch.no_grad()
def test_it_loads_in_transformers_and_has_the_same_logits_and_greedy_tokens(make, tmp_path):
    model, tokens = make(), random_tokens(B, T, V, padding=0)
    export(model, tmp_path)
    theirs = loaded(tmp_path)
    assert_near(model(tokens), theirs(tokens).logits, NEAR)
    prompt = tokens[:1, :3]
    room = min(11, model.config.max_length - prompt.shape[1])
    expected = theirs.generate(prompt, max_new_tokens=room, do_sample=False, eos_token_id=V, pad_token_id=0)
    assert complete(prompt.tolist(), model, end_id=V, max_new_tokens=room)[0] == expected[0, 3:].tolist()


@pytest.mark.parametrize("make", ALL.values(), ids=ALL.keys())
@torch.no_grad()
def test_a_batch_of_unequal_prompts_has_their_greedy_tokens(make, tmp_path):
    """Where logits of both are the same, so is the choice; the models are random, and no two tokens are that close."""
    model, prompts = make(), [[3, 5, 7, 4, 9], [11, 6], [8]]
    export(model, tmp_path)
    tokens, positions = pad_left(prompts)
    room = min(11, model.config.max_length - tokens.shape[1])
    settings = {"max_new_tokens": room, "do_sample": False, "eos_token_id": V, "pad_token_id": 0}
    expected = loaded(tmp_path).generate(tokens, attention_mask=(positions >= 0).long(), **settings)
    assert complete(prompts, model, end_id=V, max_new_tokens=room) == expected[:, tokens.shape[1] :].tolist()


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_written_and_read_back_it_is_the_same_model(make, tmp_path):
    model = make()
    llm_to_hugging_face(model, tmp_path)
    again = HubCheckpoint(tmp_path).model()
    assert hub_config(again.config) == hub_config(model.config)
    assert again.config.window_sizes == model.config.window_sizes
    for tensor, expected in zip(again.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(tensor, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("make", SCALED_MODELS.values(), ids=SCALED_MODELS.keys())
@torch.no_grad()
def test_a_scale_goes_into_the_table_and_the_output_layer_stays(make, tmp_path):
    model, tokens = make(), random_tokens(B, T, V, padding=0)
    llm_to_hugging_face(model, tmp_path)
    again = HubCheckpoint(tmp_path).model()
    assert (again.config.tied, again.config.embedding_scale) == (False, 1.0)
    assert torch.equal(again.output.weight, model.output.weight)
    assert_near(again(tokens), model(tokens), NEAR)


@pytest.mark.parametrize("tied", [True, False])
def test_a_table_that_serves_both_ends_is_written_once(tied, tmp_path):
    llm_to_hugging_face(our_llm(tied=tied), tmp_path)
    assert ("lm_head.weight" in load_file(tmp_path / "model.safetensors")) == (not tied)


@torch.no_grad()
def test_a_gpt_written_and_read_back_is_the_same_model(tmp_path):
    model = tiny_gpt(dropout=0.2)
    gpt_to_hugging_face(model, tmp_path)
    again = HubCheckpoint(tmp_path).model()
    assert again.config == model.config
    for tensor, expected in zip(again.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(tensor, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "family"),
    [
        (OTHERS["plain"], "llama"),
        (SCALED["scaled"], "llama"),
        (SCALED["scaled and normed"], "qwen3"),
        (OTHERS["one window"], "mistral"),
        (OTHERS["biases and windows"], "qwen2"),
    ],
)
def test_it_becomes_the_first_family_that_has_its_choices(changes, family):
    assert hub_config(our_llm(**changes).config)["model_type"] == family


@pytest.mark.parametrize("changes", [{"window_sizes": (3, None, 3)}, {"logit_cap": 30.0}, {"window_rope_base": 10.0}])
def test_a_mixture_of_choices_that_no_family_has_is_refused(changes, tmp_path):
    with pytest.raises(CourseError, match="none of llama, mistral, .* has all the choices of"):
        llm_to_hugging_face(our_llm(**changes), tmp_path)


def test_the_precision_is_kept(tmp_path):
    llm_to_hugging_face(our_llm().bfloat16(), tmp_path)
    assert AutoModelForCausalLM.from_pretrained(tmp_path, dtype="auto").dtype == torch.bfloat16
    assert HubCheckpoint(tmp_path).model(torch.bfloat16).output.weight.dtype == torch.bfloat16


class TestChat:
    """A model with a tokenizer and a chat template."""

    messages = [
        {"role": "system", "content": "Dois  quatro."},
        {"role": "user", "content": " Um, <eos><assistant> sete?\n"},
        {"role": "assistant", "content": "oito\n\nnove"},
        {"role": "user", "content": "Três"},
    ]

    @pytest.fixture
    def tokenizer(self):
        texts = [text for row in sentence_rows(50) for text in row["translation"].values()]
        return Tokenizer.train(texts, 300, ("<system>", "<user>", "<assistant>"), lower_case=False)

    @pytest.fixture
    def folder(self, tokenizer, tmp_path):
        llm_to_hugging_face(our_llm(vocab_size=len(tokenizer)), tmp_path, tokenizer)
        return tmp_path

    def test_their_template_writes_what_ours_writes(self, tokenizer, folder):
        messages = [*self.messages[:1], {"role": "user", "content": " Um, sete?\n"}, *self.messages[2:]]
        ours = ChatTemplate(tokenizer).prompt(messages)
        theirs = AutoTokenizer.from_pretrained(folder).apply_chat_template(messages, add_generation_prompt=True)
        assert theirs["input_ids"] == ours
        assert HubCheckpoint(folder).chat_template().prompt(messages) == ours

    def test_answers_are_the_same(self, tokenizer, folder):
        prompt = ChatTemplate(tokenizer).prompt(self.messages[3:])
        ours = complete([prompt], HubCheckpoint(folder).model(), tokenizer.eos_id, max_new_tokens=20)[0]
        theirs = loaded(folder).generate(torch.tensor([prompt]), max_new_tokens=20, do_sample=False)[0, len(prompt) :]
        assert theirs.tolist()[: len(ours)] == ours

    def test_ids_of_special_tokens_are_in_the_config(self, folder):
        config = json.loads((folder / "config.json").read_text())
        assert [config[f"{name}_token_id"] for name in ("pad", "bos", "eos")] == [0, 1, 2]
        template = HubCheckpoint(folder).chat_template()
        assert (template.end_id, template.end_ids) == (2, {2})

    def test_a_tokenizer_without_roles_has_no_template(self, tmp_path):
        plain = Tokenizer.train(["um dois"], 270)
        llm_to_hugging_face(Llm(LlmConfig(vocab_size=len(plain), num_layers=1)), tmp_path, plain)
        assert HubCheckpoint(tmp_path).tokenizer().chat_template is None
