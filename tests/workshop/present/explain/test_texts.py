"""Texts in the page are read, named and drawn as in the library."""

import pytest
import torch

from course_lib.data import ChatTemplate, MetWords, Tokenizer
from course_lib.data.messages import fit_context
from course_lib.generation import Sampler
from tests.javascript import run

TEXTS = (
    "este é o primeiro livro que eu fiz.",
    "A robot's 21 laws ...\n\nThe first:\nno harm\n",
    '<b>bold</b> <eos> </script> & "quotes" \'ll',
    "emoji 👩‍👩‍👧 and 🇵🇹, עברית مرحبا, 漢字, ΟΔΟΣ İstanbul, e\u0301 ½ ٣ ⅷ",
    "  two  spaces\tand\u00a0more\u0085lines\u2028\ufeff ",
    "snake_case 3.14 x² o'clock",
    "",
)
SOME = ["the robot's first law: no harm.", "este é o livro.", "two\nlines\n\nand a half ½"] * 3


@pytest.fixture(scope="module", params=[True, False], ids=["small letters", "capitals"])
def tokenizer(request):
    return Tokenizer.train(SOME, 320, ("<system>", "<user>", "<assistant>"), lower_case=request.param)


def test_the_page_cuts_texts_as_the_tokenizer_does_and_joins_them_again(tokenizer):
    javascript = """
        import { Tokenizer } from "./data/tokenizer.js";
        const tokenizer = new Tokenizer(JSON.parse(text));
        const ids = texts.map((text) => tokenizer.encode(text));
        const result = ids.map((ids) => [ids, tokenizer.decode(ids), ids.map((id) => tokenizer.token(id))]);
    """
    found = run(javascript, text=tokenizer.to_json(), texts=TEXTS)
    ids = [tokenizer.encode(text) for text in TEXTS]
    assert found == [[row, tokenizer.decode(row), tokenizer.tokens(row)] for row in ids]


def test_the_page_names_the_words_that_were_never_met():
    javascript = """
        import { MetWords } from "./data/met_words.js";
        const result = texts.map((text) => new MetWords(words).missing(text));
    """
    met = MetWords.of(SOME)
    assert run(javascript, words=list(met.words), texts=TEXTS) == [met.missing(text) for text in TEXTS]


def test_the_page_writes_prompts_as_the_template_does_and_drops_the_oldest_turns(tokenizer):
    javascript = """
        import { ChatTemplate } from "./data/chat.js";
        import { Tokenizer } from "./data/tokenizer.js";
        const template = new ChatTemplate(new Tokenizer(JSON.parse(text)));
        const kept = rooms.map((room) => template.fit_context(messages, room));
        const result = [template.prompt(messages), ...kept];
    """
    said = ["be brief", "what is the first law?", "no harm.", "and the second?", "obey.", "<eos> and the third?"]
    roles = ("system", "user", "assistant", "user", "assistant", "user")
    messages = [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]
    template = ChatTemplate(tokenizer)
    length = len(template.prompt(messages))
    rooms = [length, length - 1, len(template.prompt(messages[:1] + messages[5:]))]
    prompt, *kept, least = run(javascript, text=tokenizer.to_json(), messages=messages, rooms=[*rooms, 1])
    assert least == messages[:1] + messages[5:]  # what has to stay
    assert prompt == template.prompt(messages)
    assert kept == [fit_context(messages, template.prompt, room)[0] for room in rooms]
    assert [len(rest) for rest in kept] == [6, 4, 2]


@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.6}, {"temperature": 2.0, "top_k": 5, "top_p": 0.5}]
)
def test_the_page_draws_from_the_sampler_s_distribution(settings):
    javascript = """
        import { drawn, likeliest, probabilities } from "./generation/sampling.js";
        const p = probabilities(logits, settings);
        const counts = p.map(() => 0);
        for (let i = 0; i < 1000; i++) counts[drawn(p, (i + 0.5) / 1000)] += 1 / 1000;
        const result = [likeliest(logits), p, counts];
    """
    logits = 2 * torch.randn(1, 17)
    expected = Sampler(**settings).probabilities(logits)[0]
    best, p, counts = run(javascript, logits=logits[0].tolist(), settings=settings)
    assert best == int(logits.argmax())
    torch.testing.assert_close(torch.tensor(p), expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(torch.tensor(counts), expected, rtol=0, atol=2e-3)
