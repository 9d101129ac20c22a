"""Vlm: visual tokens in the places of placeholders; positions, masks and caches as for any token."""

import pytest
import torch

from course_lib.data import ChatTemplate, ImageProcessor, Tokenizer, pad_left, with_pictures
from course_lib.errors import CourseError
from course_lib.generation import Sampler, complete
from course_lib.models import Connector, ConnectorConfig, Vlm, VlmConfig, load_model, save_model
from tests.chats import chat_tokenizer
from tests.models.tiny import IMAGE_SIZE, PATCHES, tiny_clip, tiny_llm, tiny_vlm
from tests.parity import D, V, assert_near

IMAGE = V  # the placeholder is a token more


def pictures(count):
    return torch.randn(count, 3, IMAGE_SIZE, IMAGE_SIZE)


def prompt(*parts):
    """Token ids; "*" stands for a picture."""
    return [id for part in parts for id in ([IMAGE] * PATCHES if part == "*" else [part])]


def test_the_language_model_reads_embeddings_and_in_the_places_of_placeholders_visual_tokens():
    model, tokens = tiny_vlm(), torch.tensor([prompt(1, 5, "*", 6, "*", 7), prompt(1, "*", 5, "*", 3, 4)])
    features = model.encode_images(pictures(4))
    x, visual = model.embed(tokens, features), model.connector(features)
    assert torch.equal(x[0, 2 : 2 + PATCHES], visual[0])
    assert torch.equal(x[0, 3 + PATCHES : 3 + 2 * PATCHES], visual[1])
    assert torch.equal(x[1, 1 : 1 + PATCHES], visual[2])
    assert torch.equal(x[1, 2 + PATCHES : 2 + 2 * PATCHES], visual[3])
    words = tokens != IMAGE
    assert torch.equal(x[words], model.text.embedding(tokens[words]))


def test_the_connector_reads_the_last_but_one_layer_without_the_class_token():
    model, pixels = tiny_vlm(), pictures(2)
    expected = model.vision.hidden(pixels, num_layers=2)[:, 1:]
    assert torch.equal(model.encode_images(pixels), expected)


def test_without_a_picture_it_is_the_language_model():
    model, tokens = tiny_vlm(), torch.tensor([prompt(1, 5, 6, 7)])
    assert torch.equal(model(tokens), model.text(tokens))


def test_later_tokens_depend_on_the_picture_and_earlier_ones_do_not():
    model, tokens = tiny_vlm(), torch.tensor([prompt(1, 5, "*", 6, 7)])
    one, other = (model(tokens, model.encode_images(pictures(1))) for _ in range(2))
    assert_near(one[:, :2], other[:, :2], 1e-6)
    assert (one[:, -2:] - other[:, -2:]).abs().amax(dim=-1).min() > 1e-3


def test_padding_and_other_rows_change_nothing():
    model, seen = tiny_vlm(), pictures(3)
    features = model.encode_images(seen)
    rows = [prompt(1, "*", 6), prompt(1, 5, "*", 7, "*", 6, 8)]
    tokens, positions = pad_left(rows)
    together = model(tokens, features, positions)
    for row, (ids, own) in enumerate(zip(rows, (features[:1], features[1:]), strict=True)):
        alone = model(torch.tensor([ids]), own)
        assert_near(together[row, positions[row] >= 0], alone[0], 1e-5)


@pytest.mark.parametrize("cuts", [[2], [1, 2, 20], [19, 20], [2, 18, 19]])
def test_any_way_of_reading_with_a_cache_gives_the_same_logits(cuts):
    """A cut must not divide a picture."""
    model, tokens = tiny_vlm(), torch.tensor([prompt(1, 5, "*", 6, 7, "*", 8)])
    features = model.encode_images(pictures(2))
    whole, cache = model(tokens, features), model.new_cache()
    chunks = []
    for first, last in zip([0, *cuts], [*cuts, tokens.shape[1]], strict=True):
        part = tokens[:, first:last]
        count = int((part == IMAGE).sum()) // PATCHES
        own, features = features[:count], features[count:]
        chunks.append(model(part, own if count else None, cache=cache))
    assert_near(torch.cat(chunks, dim=1), whole, 1e-5)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_more_placeholders_than_pictures_or_fewer_are_refused(count):
    model, tokens = tiny_vlm(), torch.tensor([prompt(1, "*", 5, "*", 6)])
    features = model.encode_images(pictures(count)) if count else None
    with pytest.raises(CourseError, match=rf"must have {16 * count} placeholders .* \(16 per image\), got 32"):
        model(tokens, features)


def test_pictures_of_another_size_are_refused():
    with pytest.raises(CourseError, match="images must have 23 x 23 pixels"):
        tiny_vlm().encode_images(torch.randn(1, 3, 29, 29))


def test_a_model_of_parts_has_their_weights_and_a_token_more():
    clip, llm, connector = tiny_clip(), tiny_llm(), Connector(ConnectorConfig(d_vision=D, d_model=19))
    model = Vlm.from_parts(clip.vision, connector, llm)
    assert (model.config.image_id, model.config.text.vocab_size) == (V, V + 1)
    pixels, tokens = pictures(2), torch.tensor([prompt(1, 5, 6)])
    assert torch.equal(model.encode_images(pixels), clip.vision.features(pixels))
    assert torch.equal(model(tokens)[..., :V], llm(tokens))
    assert (model(tokens)[..., V] == 0).all()
    assert model.text.output.weight is model.text.embedding.table.weight
    with torch.no_grad():
        model.text.embedding.table.weight.zero_()
        model.connector.layers.up_proj.weight.zero_()
    assert llm(tokens).any() and connector.layers.up_proj.weight.any(), "the parts are copied"


def test_only_the_parts_that_are_named_are_trained():
    model = tiny_vlm().train_only("connector", "text")
    tokens = torch.tensor([prompt(1, "*", 5)])
    model(tokens, model.encode_images(pictures(1))).sum().backward()
    trained = {name.split(".")[0] for name, tensor in model.named_parameters() if tensor.grad is not None}
    assert trained == {"connector", "text"}
    assert not any(tensor.requires_grad for tensor in model.vision.parameters())


@pytest.mark.parametrize("part", ["vision", "words"])
def test_a_part_that_cannot_be_trained_is_refused(part):
    with pytest.raises(CourseError, match=f'the parts to train must be "connector" or "text", got "{part}"'):
        tiny_vlm().train_only("text", part)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"connector": ConnectorConfig(d_vision=7, d_model=19)},
            r"must map from 33 dimensions \(vision tower\) to 19 \(language model\), got 7 to 19",
        ),
        ({"image_id": V + 1}, "image_id must be from 0 to 17, got 18"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes, message):
    config = tiny_vlm().config
    parts = {"vision": config.vision, "connector": config.connector, "text": config.text, "image_id": V}
    with pytest.raises(CourseError, match=message):
        VlmConfig(**(parts | changes))


@pytest.mark.parametrize("kind", ["linear", "mlp", "pixel shuffle"])
def test_a_loaded_model_has_the_logits_of_the_saved_one(kind, tmp_path):
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(kind, vocab_size=len(tokenizer))
    save_model(model, tmp_path, tokenizer, processor := ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE)))
    loaded, its_tokenizer, its_processor = load_model(tmp_path)
    assert (loaded.config, its_processor, len(its_tokenizer)) == (model.config, processor, len(tokenizer))
    count = model.config.num_visual_tokens
    assert count == (PATCHES // 4 if kind == "pixel shuffle" else PATCHES)
    tokens = torch.tensor([[1, *[model.config.image_id] * count, 5]])
    features = model.encode_images(pictures(1))
    assert torch.equal(loaded(tokens, features), model(tokens, features))


def test_no_answer_has_a_placeholder_in_it():
    model, prompts = tiny_vlm(), [[1, 5], [1, 6], [1, 7]]
    with torch.no_grad():
        model.text.embedding.table.weight.zero_()  # so that all tokens are as likely
        outputs = complete(prompts, model, end_id=-1, choose=Sampler(seed=0), max_new_tokens=60)
    assert {id for ids in outputs for id in ids} == set(range(V))


def test_a_prompt_that_exceeds_the_context_with_its_visual_tokens_is_refused():
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=40)
    template = ChatTemplate(tokenizer, model.config.num_visual_tokens)
    short, long = ([{"role": "user", "content": with_pictures([0] * count, "Hello!")}] for count in (1, 3))
    features = model.encode_images(pictures(1))
    assert complete([template.prompt(short)], model, template.end_id, max_new_tokens=3, features=features)
    with pytest.raises(CourseError, match="prompts must have from 1 to 39 tokens"):
        complete([template.prompt(long)], model, template.end_id, features=features.expand(3, -1, -1))


def test_the_tokenizer_of_a_chat_model_gets_a_placeholder():
    tokenizer = chat_tokenizer()
    more = tokenizer.with_special("<image>")
    assert more.special_id("<image>") == len(tokenizer) == len(more) - 1
    assert isinstance(more, Tokenizer) and more.encode("Hello!") == tokenizer.encode("Hello!")
    assert more.special_id("<image>") not in more.encode("an <image> of it")
