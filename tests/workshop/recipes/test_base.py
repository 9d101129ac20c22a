"""The base model's recipe: what it learns of texts, and its tokenizer."""

from course_lib.data import ROLES, load_dialogues, load_stories
from course_lib.models import load_model
from course_lib.workshop.recipes import run
from course_lib.workshop.recipes.base import train_chat_tokenizer
from tests.workshop.recipes.toys import quiet


def test_the_card_says_how_much_was_read(toys, tmp_path):
    recipe, source = toys["base"]
    card = run(recipe, source, out=tmp_path, report=quiet)
    _, tokenizer = load_model(str(tmp_path))
    texts = tokenizer.encode_batch(load_stories(source, "train")["text"])
    assert (card["source"], card["training texts"]) == (source, 60)
    assert card["training tokens per epoch"] == sum(map(len, texts))
    assert card["validation"]["all"]["texts"] == 7


def test_the_model_expects_the_stories_better_than_before(toys, tmp_path):
    recipe, source = toys["base"]
    perplexities = [entry["perplexity"] for entry in run(recipe, source, out=tmp_path, report=quiet)["history"]]
    assert perplexities[-1] < perplexities[0] - 10


def test_the_tokenizer_is_cased_and_knows_the_roles(toys, dialogues):
    tokenizer = train_chat_tokenizer(["Um dois"], 300)
    assert tokenizer.decode(tokenizer.encode("Um dois")) == "Um dois"
    assert [tokenizer.special_id(f"<{role}>") for role in ROLES] == [3, 4, 5]
    [answer] = load_dialogues(str(dialogues), "train").select([2])["response"]
    assert len(tokenizer.encode(answer)) < len(answer) - 7, "it has learnt from the dialogues"


def test_a_text_longer_than_the_context_is_cut_there(toys, tmp_path):
    recipe, _ = toys["base"]
    for split in ("train", "validation"):
        (tmp_path / f"{split}.txt").write_text("um dois\n" + "três quatro xyz " * 200)
    card = run(recipe, str(tmp_path), out=tmp_path / "out", report=quiet)
    assert card["training tokens per epoch"] < 2 * recipe.sizes["max_length"]
