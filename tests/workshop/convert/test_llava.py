"""LLaVA: our `Vlm` with Hugging Face's weights has Hugging Face's logits, and writes the same prompts and answers."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    Gemma2Config,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from course_lib.data import pad_left
from course_lib.data.messages import with_pictures
from course_lib.errors import CourseError
from course_lib.generation import complete
from course_lib.workshop.convert import HubCheckpoint
from tests.data.test_image_processor import noise
from tests.parity import V, assert_near
from tests.workshop.convert import llm_twins
from tests.workshop.convert.hugging_face import NEAR, one_of_each_kind, small
from tests.workshop.convert.llm_twins import saved
from tests.workshop.convert.test_hub import WEIGHTS, change
from tests.workshop.convert.test_hub_chat import fast_tokenizer
from tests.workshop.convert.vision_twins import IMAGE_SIZE, LAYERS, PICTURES

P, IMAGE = 16, 5  # patches of a picture, and the placeholder
LLAVA = (
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}{{ part['text'] + ' ' }}{% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)


def their_llava(text=None, **changes):
    """A small model in eval mode with random weights."""
    vision = CLIPVisionConfig(**(LAYERS | PICTURES | {"num_hidden_layers": 3}))
    text = LlamaConfig(**(llm_twins.SIZES | {"tie_word_embeddings": False} | (text or {})))
    config = {"vision_config": vision, "text_config": text, "image_token_index": IMAGE, "image_seq_length": P}
    return small(LlavaForConditionalGeneration, LlavaConfig(**(config | changes)))


def ours(model, folder):
    return HubCheckpoint(saved(model, folder)).model()


def prompts():
    """Token ids of different lengths: about no picture, one, and two with words between them."""
    picture = [IMAGE] * P
    return [[1, 7, 8, 9], [1, 6, *picture, 7, 10], [1, *picture, 9, 10, *picture, 8, 11, 12]]


def pixels(count=3):
    return torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE)


def their_logits(model, tokens, positions, images, **inputs):
    seen = positions >= 0
    return model(tokens, images, seen.long(), position_ids=positions.clamp(min=0), **inputs)


@torch.no_grad()
@pytest.mark.parametrize("rows", [[0], [1], [2], [1, 2], [0, 1, 2]])
def test_logits_equal_theirs_for_any_number_of_pictures_in_batches_of_unequal_length(rows, tmp_path):
    model = their_llava()
    converted = ours(model, tmp_path)
    tokens, positions = pad_left([prompts()[row] for row in rows])
    images = pixels(sum(rows)) if sum(rows) else None  # row i has i pictures
    expected = their_logits(model, tokens, positions, images).logits
    features = None if images is None else converted.encode_images(images)
    real = positions >= 0
    assert_near(converted(tokens, features, positions)[real], expected[real], NEAR)


@torch.no_grad()
def test_logits_with_a_cache_equal_theirs_without_one_and_with_one(tmp_path):
    model, images = their_llava(), pixels()
    converted = ours(model, tmp_path)
    tokens, positions = pad_left(prompts())
    whole, real = their_logits(model, tokens, positions, images).logits, positions >= 0
    cut, cache, features = tokens.shape[1] - 2, converted.new_cache(), converted.encode_images(images)
    first = converted(tokens[:, :cut], features, positions[:, :cut], cache=cache)
    rest = converted(tokens[:, cut:], positions=positions[:, cut:], cache=cache)
    assert_near(torch.cat([first, rest], dim=1)[real], whole[real], NEAR)


@torch.no_grad()
def test_a_language_model_that_caps_its_logits_does_not_cap_them_here(tmp_path):
    sizes = llm_twins.SIZES | {"final_logit_softcapping": 0.1, "tie_word_embeddings": True, "sliding_window": 5}
    model, images = their_llava(text_config=Gemma2Config(**sizes)), pixels()
    converted, (tokens, positions) = ours(model, tmp_path), pad_left(prompts())
    real = positions >= 0
    expected = their_logits(model, tokens, positions, images).logits
    assert expected.abs().max() > 1
    assert_near(converted(tokens, converted.encode_images(images), positions)[real], expected[real], NEAR)


@torch.no_grad()
def test_greedy_answers_are_theirs(tmp_path):
    model, images = their_llava(), pixels()
    converted = ours(model, tmp_path)
    tokens, positions = pad_left(prompts())
    never = V  # no token ends an answer
    mine = complete(prompts(), converted, never, max_new_tokens=7, features=converted.encode_images(images))
    for use_cache in (True, False):
        settings = {"max_new_tokens": 7, "do_sample": False, "eos_token_id": None, "use_cache": use_cache}
        settings["suppress_tokens"] = [IMAGE]  # ours never writes it
        theirs = model.generate(
            tokens, pixel_values=images, attention_mask=(positions >= 0).long(), pad_token_id=0, **settings
        )
        assert theirs[:, tokens.shape[1] :].tolist() == mine


@torch.no_grad()
def test_the_layer_and_the_sizes_are_the_checkpoints(tmp_path):
    model, images = their_llava(vision_feature_layer=-1, text={"tie_word_embeddings": True}), pixels()
    tokens, positions = pad_left(prompts())
    converted, real = ours(model, tmp_path), positions >= 0
    assert (converted.config.vision_layer, converted.config.text.tied, converted.config.image_id) == (-1, True, IMAGE)
    assert converted.config.num_visual_tokens == P
    expected = their_logits(model, tokens, positions, images).logits[real]
    assert_near(converted(tokens, converted.encode_images(images), positions)[real], expected, NEAR)


@torch.no_grad()
def test_tensors_are_found_under_the_names_of_all_versions(tmp_path):
    model, (tokens, positions) = their_llava(), pad_left(prompts())
    images, folder = pixels(), saved(model, tmp_path)
    state = load_file(folder / WEIGHTS)
    older = {name.replace("vision_tower.", "vision_tower.vision_model."): t for name, t in state.items()}
    expected = HubCheckpoint(folder).model()
    expected = expected(tokens, expected.encode_images(images), positions)
    for names in (older, model.state_dict()):
        save_file({name: tensor.clone() for name, tensor in names.items()}, folder / WEIGHTS)
        converted = HubCheckpoint(folder).model()
        assert torch.equal(converted(tokens, converted.encode_images(images), positions), expected)


def test_where_a_config_says_nothing_it_is_as_transformers_has_it(tmp_path):
    """The config of llava-1.5-7b-hf leaves out most of the first Llama's sizes."""
    saved(their_llava(), tmp_path)
    text = {"model_type": "llama", "vocab_size": 32064, "rms_norm_eps": 1e-5, "max_position_embeddings": 4096}
    vision = {"model_type": "clip_vision_model", "hidden_size": 1024, "num_hidden_layers": 24, "image_size": 336}
    vision |= {"intermediate_size": 4096, "num_attention_heads": 16, "patch_size": 14}
    change(tmp_path / "config.json", text_config=text, vision_config=vision, image_token_index=32000)
    from course_lib.workshop.convert.llava import vlm_config

    config = vlm_config(HubCheckpoint(tmp_path).config)
    assert config.num_visual_tokens == 576
    assert (config.text.d_model, config.text.num_layers, config.text.tied) == (4096, 32, False)
    assert (config.vision.activation, config.vision.num_channels, config.image_id) == ("quick_gelu", 3, 32000)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vision_feature_select_strategy": "full"}, "vision_feature_select_strategy = default"),
        ({"vision_feature_layer": [-2, -3]}, "reads one layer of the tower"),
        ({"projector_hidden_act": "relu"}, "projector_hidden_act = gelu"),
        ({"multimodal_projector_bias": False}, "multimodal_projector_bias = True"),
        ({"image_token_index": 10_000}, "image_id must be from 0 to"),
    ],
)
def test_what_our_model_can_not_be_is_refused(changes, message, tmp_path):
    saved(their_llava(), tmp_path)
    change(tmp_path / "config.json", **changes)
    with pytest.raises(CourseError, match=message):
        HubCheckpoint(tmp_path).model()


def test_a_tensor_that_is_missing_or_left_over_is_named_whatever_its_kind(tmp_path):
    saved(their_llava(), tmp_path)
    state = load_file(tmp_path / WEIGHTS)
    for name in one_of_each_kind(state):
        save_file({n: t for n, t in state.items() if n != name}, tmp_path / WEIGHTS)
        with pytest.raises(CourseError, match="the checkpoint has no tensor"):
            HubCheckpoint(tmp_path).model()
    save_file(state | {"multi_modal_projector.linear_3.bias": torch.zeros(2)}, tmp_path / WEIGHTS)
    with pytest.raises(CourseError, match="has no place for multi_modal_projector"):
        HubCheckpoint(tmp_path).model()


@pytest.fixture
def folder(tmp_path):
    """A folder with the model, the tokenizer, the image processor and the chat template, as transformers writes it."""
    fast = fast_tokenizer()
    fast.add_special_tokens([AddedToken("<image>", special=True, normalized=False)])
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=fast, **tokens)
    image_processor = CLIPImageProcessor(
        size={"shortest_edge": IMAGE_SIZE}, crop_size={"height": IMAGE_SIZE, "width": IMAGE_SIZE}
    )
    processor = LlavaProcessor(
        image_processor,
        tokenizer,
        patch_size=PICTURES["patch_size"],
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=LLAVA,
    )
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 97}
    saved(their_llava(text, image_token_index=tokenizer.convert_tokens_to_ids("<image>")), tmp_path)
    processor.save_pretrained(tmp_path)
    return tmp_path


def talk(*pictures):
    return [
        {"role": "user", "content": with_pictures(pictures, "How are you?")},
        {"role": "assistant", "content": "I am well."},
        {"role": "user", "content": "And you?"},
    ]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_prompts_and_pictures_are_those_of_their_processor(count, folder):
    pictures, checkpoint = [noise() for _ in range(count)], HubCheckpoint(folder)
    messages = [m | {"content": as_parts(m["content"])} for m in talk(*pictures)]
    theirs = LlavaProcessor.from_pretrained(folder)
    text = theirs.apply_chat_template(messages, add_generation_prompt=True)
    expected = theirs(images=pictures or None, text=text, return_tensors="pt")
    assert checkpoint.chat_template().prompt(talk(*pictures)) == expected["input_ids"][0].tolist()
    if count:
        assert_near(checkpoint.image_processor()(pictures), expected["pixel_values"], 1e-6)


def as_parts(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def test_a_template_may_stand_where_older_checkpoints_have_it(folder):
    expected = HubCheckpoint(folder).chat_template().prompt(talk(noise()))
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": LLAVA}))
    assert HubCheckpoint(folder).chat_template().prompt(talk(noise())) == expected


def test_nobody_can_type_a_picture(folder):
    with pytest.raises(CourseError, match="<image> is a special token"):
        HubCheckpoint(folder).chat_template().prompt([{"role": "user", "content": "What is <image> this?"}])
