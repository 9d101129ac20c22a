"""The chat model's recipe: what it starts from, which dialogues it learns and which it is asked."""

from dataclasses import replace

import pytest
from datasets import Dataset

from course_lib.data import load_dialogues, load_stories
from course_lib.data.messages import check_conversation
from course_lib.errors import CourseError
from course_lib.files import read_json
from course_lib.models import load_model
from course_lib.runtime import MODELS, REPOSITORY
from course_lib.training import Plan
from course_lib.workshop.recipes import run
from course_lib.workshop.recipes.chat import CHAT, answerable, chains
from course_lib.workshop.recipes.recipe import load_bundle
from tests.chats import assistant, user
from tests.workshop.cli.conftest import course
from tests.workshop.recipes.conftest import write_rows
from tests.workshop.recipes.toys import quiet


def test_the_card_says_what_it_started_from_and_what_was_asked(toys, parts, tmp_path):
    recipe, source = toys["chat"]
    card = run(recipe, source, out=tmp_path / "chat", report=quiet)
    (model, tokenizer), (before, its_tokenizer) = load_model(str(tmp_path / "chat")), load_model(str(parts / "base"))
    assert model.config == before.config
    assert tokenizer.encode("um dois Hello") == its_tokenizer.encode("um dois Hello")
    assert (card["source"], card["training dialogues"]) == (source, 61)
    assert card["model"].endswith(f"from {parts / 'base'}")
    assert card["validation"]["all"]["questions"] == 4, "the request is left out"
    assert "further" not in card, "stories are those of the little world"


def test_the_shipped_model_is_worse_than_a_guess_on_stories_and_card_help_and_readme_say_so():
    stories = load_stories("world", "validation").select(range(CHAT.stories))
    measured = CHAT.more_scores((None, stories), load_bundle("chat"))["stories"]
    on_card = read_json(MODELS / "chat" / "card.json")["further"]["stories"]
    for group in ("all", "a uniform guess"):
        assert on_card[group]["perplexity"] == pytest.approx(measured[group]["perplexity"], rel=2e-3)
    assert on_card["all"]["perplexity"] > on_card["a uniform guess"]["perplexity"]
    said = [f"{on_card[group]['perplexity']:,.0f}" for group in ("all", "a uniform guess")]
    for text in ((REPOSITORY / "README.md").read_text(encoding="utf-8"), course("chat", "--help").stdout):
        assert all(number in text for number in said)


def test_it_starts_from_the_base(toys, parts, tmp_path):
    recipe, source = toys["chat"]
    still = replace(recipe, plan=Plan(steps=1, learning_rate=1e-9))
    run(still, source, out=tmp_path / "chat", report=quiet)
    names = tmp_path / "chat", parts / "base"
    weights, before = (load_model(str(folder))[0].embedding.table.weight for folder in names)
    assert (weights - before).abs().max() < 1e-6


def test_where_all_dialogues_are_requests_a_sentence_says_that_none_can_be_scored(toys, tmp_path):
    recipe, _ = toys["chat"]
    rows = [{"instruction": "Hello!", "context": "", "response": "Hello!", "category": "request"}] * 3
    for split in ("train", "validation"):
        write_rows(tmp_path, split, rows)
    with pytest.raises(CourseError, match="all 3 dialogues are requests: none has one right answer"):
        run(recipe, str(tmp_path), out=tmp_path / "out", report=quiet)


def test_requests_have_no_single_right_answer_all_else_has(dialogues):
    rows = load_dialogues(str(dialogues), "validation")
    assert set(rows["category"]) == {"talk", "request"}
    assert set(answerable(rows)["category"]) == {"talk"}
    assert len(answerable(rows)) == 4
    assert answerable(Dataset.from_dict({"category": ["open_qa"]}))["category"] == ["open_qa"]


def test_chains_hold_every_conversation_once_two_to_four_joined():
    alone = [[user(f"{i}?"), assistant(f"{i}.")] for i in range(61)]
    joined = chains(alone, seed=0)
    for messages in joined:
        check_conversation(messages, last="assistant")
    assert sorted(m["content"] for messages in joined for m in messages) == sorted(
        m["content"] for messages in alone for m in messages
    )
    assert {len(messages) // 2 for messages in joined[:-1]} == {2, 3, 4}
    assert joined == chains(alone, seed=0) != chains(alone, seed=1)
    assert [messages[0]["content"] for messages in joined] != sorted(c[0]["content"] for c in joined)
