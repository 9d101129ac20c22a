"""The shipped models in the page: the same ids, logits at each step, and words, on many sentences and dialogues."""

import numpy as np
import pytest
import torch

from course_lib.data import ChatTemplate, conversation, load_dialogues, load_translations, questions_about
from course_lib.generation import CachedDecoding, TextDecoding, generate
from course_lib.models import load_model
from course_lib.workshop.present.explain import LivePage
from course_lib.world.rng import Rng
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.questions import FORMS, questions
from tests.javascript import run
from tests.workshop.present.explain.twins import rounded

pytestmark = pytest.mark.usefixtures("shapes_unchecked")

GREEDY = """
import { load_model } from "./models/store.js";
import { Tokenizer } from "./data/tokenizer.js";
import { ChatTemplate } from "./data/chat.js";
import { generate, likeliest } from "./generation/sampling.js";
const [model, tokenizer] = [load_model(contents), new Tokenizer(contents.tokenizer)];
// The words of a greedy search, and all logits at each step.
function greedy(cache, start, most) {
  const steps = [];
  const choose = (logits) => {
    steps.push(logits);
    return likeliest(logits);
  };
  return [[...generate(model, cache, start, 2, most, choose)], steps];
}
"""
TOGETHER = 10  # texts in one run: their logits are megabytes of JSON


def check_logits(steps, expected):
    """Within 1e-3 at each step, and of one end token more than was written."""
    torch.testing.assert_close(torch.tensor(steps), expected[0, -len(steps) :], rtol=0, atol=1e-3)


@torch.no_grad()
def check_translations(first, count):
    """The page and the library translate these sentences of the validation alike."""
    model, tokenizer = load_model("translator")
    rounded(model)
    rows = load_translations("world", "validation").select(range(first, first + count))
    sentences = [row["translation"]["pt"] for row in rows]
    javascript = """
        const result = sentences.map((sentence) => {
          const source = tokenizer.encode(sentence);
          return [source, ...greedy(model.new_cache(source), [1], 2 * source.length + 9)];
        });
    """
    found = run(GREEDY, javascript, contents=LivePage("translator").contents(), sentences=sentences)
    for sentence, (ids, written, steps) in zip(sentences, found, strict=True):
        source = torch.tensor([tokenizer.encode(sentence)])
        assert ids == source[0].tolist()
        assert written == generate(CachedDecoding(model, source), torch.tensor([[1]]), 2)[0]
        check_logits(steps, model(source, torch.tensor([[1, *written]])))


@torch.no_grad()
def check_answers(first, count):
    """The page and the library answer the last questions of these dialogues of the validation alike."""
    model, tokenizer = load_model("chat")
    rounded(model)
    template = ChatTemplate(tokenizer)
    rows = load_dialogues("world", "validation").select(range(first, first + count))
    dialogues = [conversation(row)[:-1] for row in rows]
    javascript = """
        const template = new ChatTemplate(tokenizer);
        const result = dialogues.map((messages) => {
          const prompt = template.prompt(messages);
          return [prompt, ...greedy(model.new_cache(), prompt, 64)];
        });
    """
    found = run(GREEDY, javascript, contents=LivePage("chat").contents(), dialogues=dialogues)
    for messages, (ids, written, steps) in zip(dialogues, found, strict=True):
        prompt = template.prompt(messages)
        assert ids == prompt
        decoding = TextDecoding(model, max_length=len(prompt) + 64)
        assert written == generate(decoding, torch.tensor([prompt]), 2)[0]
        check_logits(steps, model(torch.tensor([prompt + written])))


@torch.no_grad()
def check_looking(first, count):
    """The page and the library answer a question about each of these test scenes alike, from the same pixels."""
    model, tokenizer, processor = load_model("vlm")
    rounded(model)
    template = ChatTemplate(tokenizer, model.config.num_visual_tokens)
    rng, scenes = Rng(first), make_scenes("test", first + count)[first:]
    features = model.encode_images(processor(map(render, scenes)))
    texts = [FORMS[rng.pick(tuple(FORMS))].format(rng.pick(questions(scene)).text) for scene in scenes]
    javascript = """
        import { normalize } from "./data/image_processor.js";
        const template = new ChatTemplate(tokenizer, contents.num_visual_tokens);
        const result = texts.map((text, i) => {
          const visual = model.see(normalize(pictures[i], contents.config.vision.image_size, contents.processor));
          const prompt = template.prompt([{ role: "user", content: text, pictures: 1 }]);
          return [model.seen.features, prompt, ...greedy(model.new_cache(visual), prompt, 32)];
        });
    """
    pictures = [np.pad(render(scene), [(0, 0), (0, 0), (0, 1)]).ravel().tolist() for scene in scenes]
    found = run(GREEDY, javascript, contents=LivePage("vlm").contents(), texts=texts, pictures=pictures)
    for messages, (seen, ids, written, steps) in zip(questions_about(features, texts), found, strict=True):
        look = messages[0]["content"][0]["image"][None]
        torch.testing.assert_close(torch.tensor(seen), look[0], rtol=0, atol=1e-3)
        prompt = template.prompt(messages)
        assert ids == prompt
        decoding = TextDecoding(model, max_length=len(prompt) + 32, features=look)
        assert written == generate(decoding, torch.tensor([prompt]), 2)[0]
        logits = [[logit for logit in step if logit != "-Infinity"] for step in steps]
        expected = model(torch.tensor([prompt + written]), look)
        said = torch.arange(len(tokenizer)) != model.config.image_id
        check_logits(logits, expected[..., said])


def test_sentences_are_translated_as_by_the_library():
    check_translations(0, 3)


def test_questions_are_answered_as_by_the_library():
    check_answers(0, 3)


def test_questions_about_pictures_are_answered_as_by_the_library():
    check_looking(0, 3)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, TOGETHER))
def test_a_hundred_sentences_are_translated_as_by_the_library(first):
    check_translations(first, TOGETHER)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, TOGETHER))
def test_a_hundred_questions_are_answered_as_by_the_library(first):
    check_answers(first, TOGETHER)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, TOGETHER))
def test_a_hundred_questions_about_pictures_are_answered_as_by_the_library(first):
    check_looking(first, TOGETHER)
