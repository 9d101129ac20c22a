"""SmolLM2-135M-Instruct as `course fetch` brings it: ours computes and says what transformers does with the file."""

import pytest
import torch
import transformers

from course_lib.generation import Chat

pytestmark = pytest.mark.slow
PROMPTS = [
    "What is the capital of France?",
    "Write a short poem about the sea.",
    "Explain why the sky is blue.",
    "Name three fruits.",
    "Translate 'good morning' into Portuguese.",
    "Who wrote Hamlet?",
    "What is a neural network?",
    "Tell me a joke about cats.",
    "How do I boil an egg?",
    "Is the moon larger than the sun?",
]
TOKENS = 64


@pytest.fixture(scope="module")
def ours(smollm2):
    return smollm2.model()


@pytest.fixture(scope="module")
def template(smollm2):
    return smollm2.chat_template()


@pytest.fixture(scope="module")
def theirs(smollm2):
    path = smollm2.file.path
    made = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    return made.eval()


def ids_of(template, prompt):
    return torch.tensor([template.prompt([{"role": "user", "content": prompt}])])


@torch.no_grad()
def test_logits_are_those_of_transformers(ours, template, theirs):
    for prompt in PROMPTS:
        ids = ids_of(template, prompt)
        assert (ours(ids) - theirs(ids).logits).abs().max() < 1e-3


@pytest.mark.parametrize("prompt", PROMPTS)
def test_answers_are_those_of_transformers(prompt, ours, template, theirs):
    said = "".join(Chat(ours, template, max_new_tokens=TOKENS).say(prompt))
    ids = ids_of(template, prompt)
    settings = {"do_sample": False, "max_new_tokens": TOKENS, "eos_token_id": list(template.end_ids), "pad_token_id": 2}
    written = theirs.generate(ids, attention_mask=torch.ones_like(ids), **settings)[0, ids.shape[1] :]
    assert said == template.decode(written.tolist())


def test_conversations_are_written_as_transformers_writes_them(smollm2, template):
    path = smollm2.file.path
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    talk = [{"role": "user", "content": PROMPTS[0]}, {"role": "assistant", "content": "Paris."}]
    for before in ([], [{"role": "system", "content": "Be kind."}], talk):
        messages = [*before, {"role": "user", "content": "And of Spain?"}]
        expected = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        ids = template.prompt(messages)
        assert template.tokenizer._fast.decode(ids, skip_special_tokens=False) == expected
        assert ids == tokenizer.encode(expected, add_special_tokens=False)
