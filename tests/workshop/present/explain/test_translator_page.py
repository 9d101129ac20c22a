"""The page of a translator as a reader meets it: in a browser without a network, with words of every kind."""

import pytest
import torch

from course_lib.generation import beam, translate
from course_lib.models import load_model
from course_lib.nn import record_attention
from tests.workshop.present.explain.live_page import HOSTILE_TEXTS
from tests.workshop.present.explain.twins import rounded

MODEL = "translator"
SENTENCE = "este é o primeiro livro que eu fiz."
HOSTILE = HOSTILE_TEXTS | {
    "": "the text is empty",
    "   ": "the text is empty",
    "livro " * 130: "too long; the model reads 128 tokens",
    "livro " * 10_000: "60,000 letters is too long",
    "a" * 1_500: "too long",
}


@pytest.fixture(scope="module")
def translator():
    """The shipped translator with weights of 16 bits, and its tokenizer."""
    model, tokenizer = load_model("translator")
    return rounded(model), tokenizer


def test_a_page_translates_as_the_library_does(page, translator):
    assert page.output.strip() == translate([SENTENCE], *translator)[0]
    page.type("eles viram o gato.")
    assert page.output.strip() == translate(["eles viram o gato."], *translator)[0]


def test_every_part_and_every_box_can_be_looked_into(page):
    for part in range(len(page.texts(".road button"))):
        page.click(f"part-{part}")
        assert page.texts("h2") == [page.texts(".road button")[part]]
        for number in range(1, 1 + len(page.texts(".box"))):
            page.click(f"box-{number}")
            assert page.texts("h3")[0].startswith(f"{number}. ")


def test_a_box_tells_all_that_comes_in(page):
    page.click("part-6")
    page.click("box-4")
    assert "Comes in: 11 × 128, and the encoder's output: a row for each of its 10 tokens" in page.texts(".shape")[-1]
    assert "What the 4 heads gather, 32 numbers each" in page.texts(".attention")[0]
    page.click("box-5")
    assert "Comes in: 11 × 128, twice." in page.texts(".shape")[-1]


def test_words_can_be_written_step_by_step_and_others_be_chosen(page):
    page.click("start")
    assert page.output.strip() == "…"
    page.click("next")
    page.click("next")
    assert page.output.startswith("this is")
    page.click("back")
    likeliest = page.texts(".next-words .token")
    page.tab.evaluate("document.querySelectorAll('.next-words button')[1].click()")
    assert page.texts(".tokens:last-of-type .token")[-1] == likeliest[1]
    page.click("end")
    assert not page.output.endswith("…")


def test_a_pair_of_words_shows_the_weight_that_the_model_computes(page, translator):
    model, tokenizer = translator
    page.click("part-6")  # the first decoder layer
    page.click("box-4")
    page.click("head-2")
    page.click("query-5")
    source, target = (torch.tensor([tokenizer.encode(text)]) for text in (SENTENCE, page.output))
    with torch.no_grad(), record_attention(model) as maps:
        model(source, torch.cat([torch.tensor([[1]]), target[:, :-1]], dim=1))
    weights = maps.weights("cross")[0, 0, 2, 5]
    shown = [float(text.replace("\N{MINUS SIGN}", "-")) for text in page.texts(".weight")]
    assert shown == pytest.approx(weights.tolist(), abs=6e-4)
    page.click("key-3")
    assert f"the weight is {weights[3]:.3f}" in page.texts(".sentence")[0]


def test_the_beam_finds_what_the_library_finds(page, translator):
    page.click("part-9")
    assert page.texts("table tbody th")[0] == translate([SENTENCE], *translator, beam(3))[0]
    page.click("grow-first")
    assert page.texts(".panel p")[-1] == "No output has ended yet."


def test_a_head_that_is_switched_off_is_told_with_what_comes_of_it(page):
    page.click("part-6")
    page.click("box-4")
    whole = page.output.strip()
    page.click("off-0")
    told = " ".join(page.texts(".off p"))
    assert "decoder layer 1, cross-attention, head 1." in told and f"still the same: {whole}" in told
    page.click("off-all")
    assert "decoder layer 1, cross-attention, heads 1, 2, 3, 4." in page.texts(".off")[0]
    assert len(page.texts("[data-key^=query]")) == len(page.texts(".row-words li"))
    page.click("layer-off")
    assert "This layer is switched off" in page.texts(".panel")[0]
    page.click("all-on")
    assert page.texts(".off") == []


@pytest.mark.parametrize("few", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["some", "all"])
def test_whatever_is_typed_is_text(few, page):
    for text, told in list(HOSTILE.items())[:: 5 if few else 1]:
        page.type(text)
        assert (told or "") in page.status
        assert page.output
        assert page.tab.evaluate("document.querySelectorAll('main script, main img').length") == 0


def test_the_focus_stays_where_it_is_when_the_page_changes(page):
    page.tab.evaluate("document.querySelector('[data-key=back]').focus()")
    page.tab.keyboard.press("Enter")
    page.tab.keyboard.press("Enter")
    assert page.tab.evaluate("document.activeElement.dataset.key") == "back"
    assert page.output.startswith("this is the first book i've ever done")


def test_an_address_may_ask_for_a_part(page, file):
    for name, shown in (("Decoder%20layer%201", "Decoder layer 1"), ("%E0", "The whole")):
        page.tab.goto("about:blank")
        page.tab.goto(f"{file.as_uri()}#{name}")
        assert page.texts("h2") == [shown]


def test_the_least_certain_word_is_the_next_one_to_be_chosen(page, translator):
    model, tokenizer = translator
    source, target = (torch.tensor([tokenizer.encode(text)]) for text in (SENTENCE, page.output))
    with torch.no_grad():
        p = model(source, torch.cat([torch.tensor([[1]]), target[:, :-1]], dim=1)).softmax(-1)
    least = int(p.gather(-1, target[..., None]).argmin())
    page.click("least")
    assert page.output.strip() == f"{tokenizer.decode(target[0, :least])} …".strip()
