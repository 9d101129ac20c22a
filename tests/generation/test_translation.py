"""Sentences in, sentences out: in their order, however they are batched, and never in silence."""

import re

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.generation import CachedDecoding, RecomputingDecoding, beam, greedy_search, sampling, translate
from course_lib.models import load_model
from tests.toys import MAX_LENGTH, WORDS, sentence_rows, tiny_translator, toy_tokenizer

SENTENCES = [row["translation"]["pt"] for row in sentence_rows(23)]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return tiny_translator(vocab_size=len(toy_tokenizer()))


def alone(sentence, model):
    """The greedy translation of one sentence, token after token through the whole model."""
    tokenizer = toy_tokenizer()
    source, output = torch.tensor([tokenizer.encode(sentence)]), [tokenizer.bos_id]
    for _ in range(CachedDecoding(model, source).max_length - 1):
        token = int(model(source, torch.tensor([output]))[0, -1].argmax())
        if token == tokenizer.eos_id:
            break
        output.append(token)
    return tokenizer.decode(output)


@pytest.mark.usefixtures("shapes_unchecked")
def test_each_sentence_is_translated_as_if_alone_and_the_order_is_kept(model):
    long_enough = [sentence for sentence in SENTENCES if len(toy_tokenizer().encode(sentence)) > 4]
    translations = translate(long_enough, model, toy_tokenizer())
    assert translations == [alone(sentence, model) for sentence in long_enough]
    assert len(set(translations)) > 3


@pytest.mark.usefixtures("shapes_unchecked")
@pytest.mark.parametrize("search", [greedy_search, beam(3)], ids=["greedy", "beam"])
def test_the_size_of_the_batches_makes_no_difference(search, model):
    long_enough = [sentence for sentence in SENTENCES if len(toy_tokenizer().encode(sentence)) > 4]
    whole = translate(long_enough, model, toy_tokenizer(), search)
    for batch_size in (1, 5):
        assert translate(long_enough, model, toy_tokenizer(), search, batch_size=batch_size) == whole


@pytest.mark.parametrize("make_search", [lambda: beam(4), lambda: sampling(seed=3, temperature=0.5)])
def test_the_cache_makes_no_difference(make_search, model):
    decodings = (CachedDecoding, RecomputingDecoding)
    one, other = (translate(SENTENCES, model, toy_tokenizer(), make_search(), decoding=way) for way in decodings)
    assert one == other


def test_a_beam_of_one_is_greedy_search_and_a_wider_one_is_not(model):
    greedy = translate(SENTENCES, model, toy_tokenizer())
    assert translate(SENTENCES, model, toy_tokenizer(), beam(1)) == greedy
    assert translate(SENTENCES, model, toy_tokenizer(), beam(5)) != greedy


def test_capitals_are_read_as_small_letters(model):
    capitals = [sentence.upper() for sentence in SENTENCES]
    assert translate(capitals, model, toy_tokenizer()) == translate(SENTENCES, model, toy_tokenizer())


def test_no_sentences_give_no_translations(model):
    assert translate([], model, toy_tokenizer()) == []


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
def test_an_empty_sentence_is_refused(empty, model):
    with pytest.raises(CourseError, match="a sentence must contain some text, got"):
        translate(["um", empty], model, toy_tokenizer())


@pytest.mark.parametrize("sentences", ["um livro", "", [3], [None], 7, None])
@pytest.mark.usefixtures("shapes_unchecked")
def test_sentences_that_are_no_list_of_texts_are_refused_with_what_to_call(sentences, model):
    with pytest.raises(CourseError, match=r"sentences must be a list of texts, such as \[.*\], got "):
        translate(sentences, model, toy_tokenizer())


@pytest.mark.usefixtures("shapes_unchecked")
def test_without_a_model_the_message_says_what_to_call():
    with pytest.raises(CourseError, match="missing a required argument: 'model'") as error:
        translate("um livro.")
    (call,) = re.findall(r"for example: (.*)", str(error.value))
    (english,) = eval(call, {"translate": translate, "load_model": load_model})
    assert english.startswith("this is the first book")


def test_a_sentence_longer_than_the_model_reads_is_refused_and_shown(model):
    fits = (MAX_LENGTH - 2) * "7"  # a token each, one for the space before them, and <eos>
    translate([fits], model, toy_tokenizer())
    with pytest.raises(
        CourseError, match=f"at most {MAX_LENGTH} tokens, got {MAX_LENGTH + 1}; shorten or split it: 777"
    ):
        translate([WORDS[0], fits + "7"], model, toy_tokenizer())


@pytest.mark.parametrize("training", [True, False])
def test_a_model_in_training_translates_without_dropout_and_goes_on_training(training):
    torch.manual_seed(3)
    model = tiny_translator(vocab_size=len(toy_tokenizer()), dropout=0.5).train(training)
    translations = translate(SENTENCES, model, toy_tokenizer())
    assert model.training is training
    assert translations == translate(SENTENCES, model.eval(), toy_tokenizer())
