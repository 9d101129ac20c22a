"""A checkpoint's tokenizer and chat template: ids are those of transformers, and nothing gets out of the sandbox."""

import json
from datetime import datetime
from types import SimpleNamespace

import pytest
from tokenizers import AddedToken, decoders, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as FastTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from course_lib.errors import CourseError
from course_lib.workshop.convert import HubChatTemplate, HubCheckpoint, hub_chat

TEXTS = ["Hello! How are you?", "I am well, thank you. And you?", "system user assistant model"]
SPECIAL = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
CHATML = """\
{%- for message in messages %}
    {%- if loop.first and messages[0]['role'] != 'system' %}
        {{- '<|im_start|>system\\nBe kind.<|im_end|>\\n' }}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content | trim + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
INSTRUCTIONS = """\
{{ bos_token }}{% for message in messages %}
{% if message['role'] == 'system' %}{{ raise_exception('there is no system here') }}{% endif %}
{% if message['role'] == 'user' %}
[INST] {{ message['content'] | tojson }} [/INST]
{% else %}
    {% generation %}{{ message['content'] }}{{ eos_token }}{% endgeneration %}
{% endif %}
{% if loop.index > 40 %}{% break %}{% endif %}
{% endfor %}"""
MESSAGES = [
    {"role": "system", "content": "Thank you."},
    {"role": "user", "content": "  How are <b>you</b>?\n"},
    {"role": "assistant", "content": "I am\n\nwell."},
    {"role": "user", "content": "And é?"},
]


def fast_tokenizer():
    """Byte-level sub-words, and <s> before every text."""
    fast = FastTokenizer(models.BPE())
    fast.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    fast.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = [AddedToken(text, special=True, normalized=False) for text in SPECIAL]
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    fast.train_from_iterator(TEXTS, trainer)
    fast.post_processor = TemplateProcessing("<s> $A", special_tokens=[("<s>", 1)])
    return fast


@pytest.fixture
def write(tmp_path):
    """Writes a folder with a tokenizer, as transformers does, and gives its path."""

    def write(template, eos_token_id=4, **generation):
        tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=fast_tokenizer(), **tokens)
        tokenizer.chat_template = template
        tokenizer.save_pretrained(tmp_path)
        (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama", "eos_token_id": eos_token_id}))
        if generation:
            (tmp_path / "generation_config.json").write_text(json.dumps(generation))
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("template", "messages"),
    [(CHATML, MESSAGES), (CHATML, MESSAGES[1:]), (INSTRUCTIONS, MESSAGES[1:]), (INSTRUCTIONS, MESSAGES[3:])],
)
def test_prompts_are_those_of_transformers(template, messages, write):
    folder = write(template)
    expected = AutoTokenizer.from_pretrained(folder).apply_chat_template(messages, add_generation_prompt=True)
    assert HubCheckpoint(folder).chat_template().prompt(messages) == expected["input_ids"]


def test_texts_are_encoded_and_decoded_as_by_transformers(write):
    folder = write(None)
    ours, theirs = HubCheckpoint(folder).tokenizer(), AutoTokenizer.from_pretrained(folder)
    assert ours.encode(" Hello, é you") == theirs.encode(" Hello, é you")
    assert ours.encode("you")[0] == 1
    assert ours.decode([1, *ours.encode("Hello")[1:], 4, 2]) == "Hello"
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("place", ["tokenizer_config.json", "one of several", "chat_template.jinja"])
def test_a_template_may_stand_in_three_places(place, write):
    folder = write(None)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    if place == "chat_template.jinja":
        (folder / place).write_text(CHATML)
    elif place == "one of several":
        config["chat_template"] = [{"name": "tools", "template": ""}, {"name": "default", "template": CHATML}]
    else:
        config |= {"chat_template": CHATML, "eos_token": {"content": "</s>", "special": True}}
    path.write_text(json.dumps(config))
    template = HubCheckpoint(folder).chat_template()
    assert template.decode(template.prompt(MESSAGES)).startswith("system\nThank you.\nuser\n")


def test_of_a_conversation_what_the_assistant_says_is_learned_with_the_token_that_ends_it(write):
    template = HubCheckpoint(write(CHATML)).chat_template()
    ids, spoken = template.tokenizer.encode_written, MESSAGES[:3] + MESSAGES[1:3]
    made = template.training(spoken)
    learned = [id for id, said in zip(made.ids, made.is_completion, strict=True) if said]
    assert learned == 2 * ids("I am\n\nwell.<|im_end|>")
    assert made.ids[: made.is_completion.index(True)] == template.prompt(MESSAGES[:2])
    with pytest.raises(CourseError, match="must leave room for an answer"):
        template.training(spoken, 7)


def test_a_template_that_hides_the_question_once_it_is_answered_can_not_be_learned_from(write):
    hides = "{{ messages[-1].content }}{{ eos_token }}"
    template = HubCheckpoint(write(hides)).chat_template()
    with pytest.raises(CourseError, match="writes a question otherwise when it is answered"):
        template.training(MESSAGES[1:3])


@pytest.mark.parametrize(
    ("template", "generation", "end_id", "end_ids"),
    [
        (CHATML, {}, 4, {2, 4}),
        (CHATML, {"eos_token_id": [4, 3]}, 4, {2, 3, 4}),
        (INSTRUCTIONS, {}, 2, {2, 4}),
        ("{{ messages[0].content }}", {}, 2, {2, 4}),
    ],
)
def test_an_answer_ends_with_what_the_template_writes_behind_it(template, generation, end_id, end_ids, write):
    made = HubCheckpoint(write(template, **generation)).chat_template()
    assert (made.end_id, made.end_ids) == (end_id, end_ids)


def test_a_template_knows_the_day(write, monkeypatch):
    monkeypatch.setattr(hub_chat, "datetime", SimpleNamespace(now=lambda: datetime(2031, 5, 7)))
    template = HubCheckpoint(write("{{ strftime_now('%Y') }}{{ messages[0].content }}")).chat_template()
    assert template.decode(template.prompt(MESSAGES[3:])) == "2031And é?"


@pytest.mark.parametrize("special", SPECIAL)
def test_nobody_can_end_a_message_from_inside(special, write):
    template = HubCheckpoint(write(CHATML)).chat_template()
    with pytest.raises(CourseError, match="is a special token, and can't be part of 'Hello"):
        template.prompt([{"role": "user", "content": f"Hello{special}!"}])


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ raise_exception.__globals__['json'] }}",
        "{{ messages.append(messages[0]) }}",
        "{{ range(10**9) | list }}",
    ],
)
def test_a_template_stays_in_its_sandbox(attack, write):
    with pytest.raises(CourseError, match="chat template refuses the conversation"):
        HubCheckpoint(write(attack)).chat_template()


def test_what_a_template_refuses_is_said_in_its_words(write):
    template = HubCheckpoint(write(INSTRUCTIONS)).chat_template()
    with pytest.raises(CourseError, match="refuses the conversation: there is no system here"):
        template.prompt(MESSAGES)


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([], "must be from the user"),
        (MESSAGES[:3], "must be from the user"),
        ([{"role": "user"}], "message 1, from the user, must not be empty"),
    ],
)
def test_conversations_are_checked_as_ours_are(messages, message, write):
    with pytest.raises(CourseError, match=message):
        HubCheckpoint(write(CHATML)).chat_template().prompt(messages)


def test_a_template_that_is_no_jinja_is_refused(write):
    with pytest.raises(CourseError, match="chat template can't be read: Expected an expression"):
        HubCheckpoint(write("{% for %}")).chat_template()


def test_a_checkpoint_that_was_not_taught_to_answer_has_no_template(write):
    with pytest.raises(CourseError, match="has no chat template"):
        HubCheckpoint(write(None)).chat_template()


def test_without_an_end_there_is_no_template(write):
    tokenizer = HubCheckpoint(write(CHATML)).tokenizer()
    with pytest.raises(CourseError, match="doesn't say which token ends an answer"):
        HubChatTemplate(tokenizer, [])


def test_without_a_tokenizer_json_one_is_told_how_to_get_it(write):
    folder = write(CHATML)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CourseError, match=r"no tokenizer.json; .* AutoTokenizer.from_pretrained\(FOLDER\)"):
        HubCheckpoint(folder).tokenizer()


def test_a_damaged_tokenizer_is_refused(write):
    folder = write(CHATML)
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(CourseError, match="tokenizer.json is not a valid tokenizer file"):
        HubCheckpoint(folder).tokenizer()


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("tokenizer_config.json", "[]", "tokenizer_config.json should hold an object, got list"),
        ("tokenizer_config.json", '{"chat_template": 7}', "the chat template should be a text, got int"),
        ("tokenizer_config.json", '{"chat_template": [7]}', "the checkpoint has no chat template"),
        ("generation_config.json", "7", "generation_config.json should hold an object, got int"),
        ("generation_config.json", '{"eos_token_id": "x"}', "eos_token_id should be a number or several, got 'x'"),
    ],
)
def test_settings_of_another_kind_are_refused(file, content, message, write):
    folder = write(CHATML if file == "generation_config.json" else None)
    (folder / file).write_text(content)
    with pytest.raises(CourseError, match=message):
        HubCheckpoint(folder).chat_template()


def test_a_template_in_another_encoding_is_refused(write):
    folder = write(None)
    (folder / "chat_template.jinja").write_bytes("não".encode("latin-1"))
    with pytest.raises(CourseError, match=r"chat_template\.jinja is not UTF-8 text"):
        HubCheckpoint(folder).chat_template()
