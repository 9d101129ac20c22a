"""Whatever a reader does, word by word: the page shows what the model would make of it all at once."""

import pytest

from course_lib.data import ImageProcessor
from course_lib.models import save_model
from course_lib.workshop.present.explain import LivePage
from tests.chats import chat_llm, chat_tokenizer
from tests.javascript import run
from tests.models.tiny import IMAGE_SIZE, tiny_vlm
from tests.toys import tiny_translator, toy_tokenizer

# Beside the session stands a twin that computes all anew after each act. What an act tells: the largest difference
# between what their boxes have seen, and how far it has moved the logits.
FOLLOWED = """
const INPUTS = ["source", "prompt", "question", "picture", "other", "exchanged", "written", "ended"];
function shown({ model, decoder, logits }) {
  const stacks = [decoder, model.encoder, model.vision].filter((stack) => stack);
  const layers = ({ layers, off }) => layers.filter((_, i) => !off.has(i)).flatMap(Object.values);
  return [logits, ...stacks.flatMap((stack) => [stack, ...layers(stack)]).map(({ seen }) => seen ?? null)];
}
function distance(a, b) {
  if (a === null || typeof a !== "object") return a === b ? 0 : Math.abs(a - b);
  if (Object.keys(a).sort().join() !== Object.keys(b).sort().join()) return Infinity;
  return Math.max(0, ...Object.keys(a).map((name) => distance(a[name], b[name])));
}
function followed(session, twin, acts) {
  return Object.entries(acts).map(([name, act]) => {
    const before = session.logits;
    act();
    INPUTS.forEach((name) => (twin[name] = session[name]));
    session.switches.forEach(({ off }, i) => {
      twin.switches[i].off.clear();
      off.forEach((number) => twin.switches[i].off.add(number));
    });
    twin.made.clear();
    twin.look();
    return [name, distance(shown(session), shown(twin)), distance(session.logits, before)];
  });
}
const steps = (session) => ({
  "start": () => session.back_to(0),
  "first word": () => session.append(5),
  "second word": () => session.append(7),
  "first heads off": () => session.switches.slice(1).forEach(({ off }) => session.switch_off(off, true, 0)),
  "word without heads": () => session.append(9),
  "first layers off": () =>
    session.switches.forEach(({ off, name }) => session.switch_off(off, name.endsWith("layer"), 0)),
  "word without layers": () => session.append(6),
  "all on": () => session.all_on(),
  "word with all": () => session.append(8),
  "back": () => session.back(),
  "another word": () => session.append(3),
});
"""

TRANSLATOR = """
import { TranslatorSession } from "./view/translator_session.js";
const [session, twin] = [new TranslatorSession(contents), new TranslatorSession(contents)];
session.read("um gato e um livro");
const result = followed(session, twin, {
  ...steps(session),
  "beam": () => session.beam(3),
  "word after the beam": () => session.append(5),
});
"""
CHAT = """
import { ChatSession } from "./view/chat_session.js";
const [session, twin] = [new ChatSession(contents), new ChatSession(contents)];
session.say("How many cats are there?");
const result = followed(session, twin, {
  ...steps(session),
  "what it would write": () => session.anew(),
  "what it would write with all on": () => session.intact(),
  "word after that": () => session.append(5),
});
"""
VLM = """
import { VlmSession } from "./view/vlm_session.js";
const [session, twin] = [new VlmSession(contents), new VlmSession(contents)];
const waves = (pace) => ({ pixels: [0, 1, 2].map((i) => rows.map((row) => row.map((x) => Math.sin(pace * x + i)))) });
const [one, two, three] = [0.1, 0.5, 0.9].map(waves);
session.look_at(one, two);
session.ask("Hello!");
const result = followed(session, twin, {
  ...steps(session),
  "exchange": () => session.exchange([1, 2]),
  "start again": () => session.back_to(0),
  "word after the exchange": () => session.append(5),
  "answers to pictures": () => session.answers_by_picture(),
  "word after them": () => session.append(7),
  "answers in forms": () => session.answers_by_form(),
  "word after those": () => session.append(9),
  "another picture": () => {
    session.look_at(three, two);
    session.ask("Hello!");
    session.back_to(0);
  },
  "word about it": () => session.append(5),
});
"""


def translator():
    """A translator, and how a reader uses it."""
    tokenizer = toy_tokenizer()
    return TRANSLATOR, {}, tiny_translator(vocab_size=len(tokenizer), max_length=97), tokenizer


def chat():
    """A chat model with a window in one of its layers."""
    return CHAT, {}, chat_llm(num_layers=2, window_sizes=(3, None), score_cap=2.0), chat_tokenizer()


def vlm():
    """A model that sees pictures of waves."""
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm("pixel shuffle", vocab_size=len(tokenizer), max_length=43)
    rows = [[column * row for column in range(IMAGE_SIZE)] for row in range(IMAGE_SIZE)]
    return VLM, {"rows": rows}, model, tokenizer, ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))


@pytest.mark.parametrize("case", [translator, chat, vlm])
def test_after_whatever_a_reader_does_the_boxes_show_what_the_whole_model_would(case, tmp_path):
    acts, given, model, *preparers = case()
    save_model(model, tmp_path / "mine", *preparers)
    found = run(FOLLOWED, acts, contents=LivePage(tmp_path / "mine").contents(), **given)
    assert [act for act, far, _ in found if far] == []
    at_rest = [act for act, _, moved in found if not moved]
    assert set(at_rest) <= {
        "beam",
        "what it would write",
        "what it would write with all on",
        "answers to pictures",
        "answers in forms",
    }
