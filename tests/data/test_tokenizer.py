"""The tokenizer: any text comes back lower-cased and otherwise whole, and no text is a command."""

import json
import os
import random
import sys
import unicodedata
from pathlib import Path

import pytest

from course_lib.data import BOS, EOS, PAD, CharacterTokenizer, TextTokenizer, Tokenizer
from course_lib.errors import CourseError
from tests.disks import each_full_disk
from tests.toys import WORDS, toy_tokenizer

TEXTS = [
    "este é o primeiro livro que eu fiz.",
    "I've DONE it; she's 1,234.5 km away -- isn't she?",
    "",
    " ",
    "  two spaces, before  and   between ",
    "lines\nand\ttabs\r\n",
    "\n a line\n\n  indented\n\n\n",
    "São João não põe açúcar; İstanbul, straße, Ω",
    "e\u0301 decomposed, é composed",
    "日本語 и русский עברית العربية हिन्दी",
    "👩🏽‍🚀 🇧🇷 e\u0300\u0301\u0302 \u200b\ufeff\u00a0\u2028",
    "\x00\x01\x7f control",
    "<eos>",
    "<pad><bos> <eos>",
    "▁ Ġ Ċ <0x0A> ##",
    "'ve 's '' \"",
    "a" * 500,
]


def normalized(text):
    """NFC, then lower case letter by letter (no letter looks at its neighbors, as a final Greek sigma would)."""
    return "".join(letter.lower() for letter in unicodedata.normalize("NFC", text))


def random_texts(count):
    """Texts of random characters: of all of Unicode, or of its first and commoner parts."""
    choice = random.Random(0)
    for _ in range(count):
        end = choice.choice([0x80, 0x250, 0x3000, 0x10000, 0x110000])
        yield "".join(filter(is_character, map(chr, choice.choices(range(end), k=20))))


def is_character(letter):
    """Not a surrogate, and nothing that Python and the tokenizer, with two versions of Unicode, may see differently."""
    return unicodedata.category(letter) not in ("Cs", "Cn") and not unicodedata.combining(letter)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_text_comes_back_lower_cased_and_otherwise_whole(text):
    assert toy_tokenizer().decode(toy_tokenizer().encode(text)) == normalized(text)


@pytest.mark.parametrize("before", ["", "word ", "word\n", "word\n\n"], ids=ascii)
def test_a_word_is_the_same_tokens_wherever_it_stands(before):
    *ids, _ = toy_tokenizer().encode("book")
    assert toy_tokenizer().encode(before + "book")[-len(ids) - 1 : -1] == ids


def test_any_unicode_comes_back():
    for text in random_texts(400):
        assert toy_tokenizer().decode(toy_tokenizer().encode(text)) == normalized(text)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_each_text_ends_in_one_eos_and_holds_no_other_special_token(text):
    *ids, last = toy_tokenizer().encode(text)
    assert last == EOS
    assert not {PAD, BOS, EOS} & set(ids)


def test_many_texts_are_encoded_as_each_alone():
    assert toy_tokenizer().encode_batch(TEXTS) == [toy_tokenizer().encode(text) for text in TEXTS]


def test_special_tokens_have_the_ids_that_the_course_counts_on_and_are_not_decoded():
    assert toy_tokenizer().tokens([PAD, BOS, EOS]) == ["<pad>", "<bos>", "<eos>"]
    ids = toy_tokenizer().encode("dois")
    assert toy_tokenizer().decode([BOS, *ids, PAD, PAD]) == "dois"


def test_frequent_words_become_one_token_each_with_their_space():
    tokenizer = Tokenizer.train([" ".join(WORDS)] * 3, 400)
    ids = tokenizer.encode("sete dois")
    assert tokenizer.tokens(ids) == ["▁sete", "▁dois", "<eos>"]


def test_no_token_reaches_across_words_or_joins_digits():
    tokenizer = Tokenizer.train(["the year 1984, the year 1984."] * 9, 400)
    assert tokenizer.tokens(tokenizer.encode("the year 1984")[:-1]) == ["▁the", "▁year", "▁1", "9", "8", "4"]


def united(parts, pair):
    """The parts of a word, the two of each neighboring `pair` as one."""
    made = []
    for part in parts:
        if made and (made[-1], part) == pair:
            made[-1] += part
        else:
            made.append(part)
    return made


def test_merges_in_their_order_make_the_tokens_of_a_text_from_its_pieces():
    tokenizer = toy_tokenizer()
    for text in TEXTS:
        words = [list(piece) for piece in tokenizer.pieces(text)]
        for pair in tokenizer.merges:
            words = [united(word, pair) for word in words]
        tokens = [tokenizer._fast.id_to_token(id) for id in tokenizer.encode(text)[:-1]]
        assert [part for word in words for part in word] == tokens


def test_the_first_word_has_the_token_that_it_has_elsewhere():
    first, *rest = toy_tokenizer().encode("dois dois")[:-1]
    assert rest == [first]


def test_the_vocabulary_has_the_size_asked_for():
    assert len(toy_tokenizer(290)) == 290
    assert len(toy_tokenizer(300)) == 300


def test_saving_and_loading_keep_every_id(tmp_path):
    toy_tokenizer().save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert len(loaded) == len(toy_tokenizer())
    assert loaded.encode_batch(TEXTS) == toy_tokenizer().encode_batch(TEXTS)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode")
def test_a_tokenizer_is_loaded_from_a_folder_whose_name_is_not_unicode(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe9"))
    folder.mkdir()
    toy_tokenizer().save(folder / "tokenizer.json")
    assert len(Tokenizer.load(folder / "tokenizer.json")) == len(toy_tokenizer())


def test_training_twice_gives_the_same_tokenizer(tmp_path):
    for name in ("one", "two"):
        Tokenizer.train(TEXTS, 300).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("damage", [lambda text: text[:-40], lambda text: "", lambda text: json.dumps({"a": 1})])
def test_a_damaged_file_is_named(damage, tmp_path):
    path = tmp_path / "tokenizer.json"
    toy_tokenizer().save(path)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CourseError, match=r"tokenizer\.json is not a valid tokenizer file"):
        Tokenizer.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"tokenizer\.json is missing"):
        Tokenizer.load(tmp_path / "tokenizer.json")


@pytest.mark.parametrize("name", ["sub-words", "characters"])
def test_all_tokenizers_can_do_the_same(name):
    tokenizer = toy_tokenizer() if name == "sub-words" else CharacterTokenizer(" ".join(WORDS))
    assert isinstance(tokenizer, TextTokenizer)
    texts = ["um dois", "dez", "sete nove"]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]
    assert [tokenizer.decode(ids) for ids in tokenizer.encode_batch(texts)] == texts
    assert len({tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id}) == 3
    assert max(max(ids) for ids in tokenizer.encode_batch(WORDS)) < len(tokenizer)


@each_full_disk
def test_a_full_disk_is_named_and_leaves_the_tokenizer_before(full_disk, tmp_path):
    tokenizer = toy_tokenizer()
    tokenizer.save(path := tmp_path / "tokenizer.json")
    before = path.read_bytes()
    with full_disk(), pytest.raises(CourseError, match=r"could not save .*tokenizer\.json"):
        tokenizer.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
