"""The tokenizer of a GGUF file has the ids of the one that it was written from, and of transformers."""

import json
import random

import pytest
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as FastTokenizer
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

from course_lib.errors import CourseError
from course_lib.workshop.convert import HubCheckpoint
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.gguf_cuts import CUTS
from course_lib.workshop.convert.gguf_tokenizer import GgufVocabulary, gguf_tokenizer
from tests.workshop.convert.test_hub_chat import CHATML, MESSAGES, SPECIAL, TEXTS, fast_tokenizer, write  # noqa: F401

STRANGE = [
    "",
    " ",
    "  two  spaces\n\n  and lines\r\n",
    "DON'T we'll it's 'Tis I'VE",
    "12345 1a2 ³ Ⅷ",
    "você é ñ ß ŒUVRE iPhone HTMLParser",
    "日本語 текст 🙂👍🏽",
    "a/b//\n? !!! ... _x_",
    "\t tab <s> </s>",
]


def settings(**changes):
    """The settings of a file of these; None takes one away."""
    said = {f"tokenizer.ggml.{key}": value for key, value in changes.items() if key != "chat_template"}
    if "chat_template" in changes:
        said["tokenizer.chat_template"] = changes["chat_template"]
    return HubConfig({key: value for key, value in said.items() if value is not None})


def model_of(fast):
    """What a tokenizer of the library has learned."""
    return json.loads(fast.to_str())["model"]


def byte_level(**changes):
    """The settings of a file with a byte-level tokenizer."""
    learned = model_of(fast_tokenizer())
    tokens = sorted(learned["vocab"], key=learned["vocab"].get)
    said = {
        "model": "gpt2",
        "pre": "gpt-2",
        "tokens": tokens,
        "token_type": [3 if token in SPECIAL else 1 for token in tokens],
        "merges": [" ".join(pair) for pair in learned["merges"]],
        "bos_token_id": 1,
        "eos_token_id": 4,
        "padding_token_id": 0,
        "add_bos_token": True,
        "chat_template": CHATML,
    }
    return settings(**(said | changes))


@pytest.mark.parametrize("text", [*TEXTS, *STRANGE])
def test_byte_level_ids_are_those_of_the_tokenizer_that_was_written(text):
    ours, theirs = gguf_tokenizer(byte_level()), fast_tokenizer()
    assert ours.encode(text) == theirs.encode(text).ids
    assert ours.encode_written(text) == theirs.encode(text, add_special_tokens=False).ids
    assert ours.decode(ours.encode(text)) == theirs.decode(theirs.encode(text).ids)


def test_special_tokens_and_the_chat_template_are_those_of_the_folder(write):  # noqa: F811
    ours, theirs = gguf_tokenizer(byte_level()), HubCheckpoint(write(CHATML)).tokenizer()
    assert set(ours.special_texts()) == set(theirs.special_texts())
    assert (ours.bos_id, ours.pad_id, ours.chat_template) == (theirs.bos_id, theirs.pad_id, theirs.chat_template)
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("cut", sorted(CUTS.keys() & GGUF_PRE_TOKENIZER_SPLITS.keys()))
def test_texts_are_cut_as_transformers_cuts_them(cut):
    theirs = pre_tokenizers.Split(Regex(GGUF_PRE_TOKENIZER_SPLITS[cut]), "isolated")
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    theirs = pre_tokenizers.Sequence([theirs, bytes_only])
    rng = random.Random(0)
    mixed = ["".join(rng.choices("aBÉß1³ '’\n\r\t.!/_日🙂", k=23)) for _ in range(200)]
    for text in [*STRANGE, *mixed, "it's 12 I'LL"]:
        assert CUTS[cut].pre_tokenize_str(text) == theirs.pre_tokenize_str(text)


def test_a_word_that_is_a_token_is_not_merged_where_the_model_was_trained_so():
    merges = ["a b", "b c"]  # which make no "abc"
    said = {"model": "gpt2", "tokens": ["a", "b", "c", "ab", "bc", "abc"], "merges": merges, "add_bos_token": False}
    ids = {pre: gguf_tokenizer(settings(pre=pre, **said)).encode("abc") for pre in ("gpt-2", "llama-bpe")}
    assert ids == {"gpt-2": [3, 2], "llama-bpe": [5]}


def sentence_piece_tokenizer(prefix):
    """BPE as SentencePiece has it: pieces begin with ▁, and unknown letters become bytes."""
    fast = FastTokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    spaces = [normalizers.Replace(" ", "▁")]
    fast.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), *spaces] if prefix else spaces)
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    fast.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=340, special_tokens=special, show_progress=False))
    learned = model_of(fast)
    # the trainer's special tokens would be matched in the text; SentencePiece's bytes are not
    vocab, merges = learned["vocab"], [tuple(pair) for pair in learned["merges"]]
    plain = FastTokenizer(models.BPE(vocab, merges, byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    plain.normalizer = fast.normalizer
    plain.add_special_tokens(["<s>", "</s>"])
    strip = [decoders.Strip(" ", left=1, right=0)] if prefix else []
    plain.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip])
    return plain


@pytest.mark.parametrize("prefix", [True, False])
def test_scores_tell_what_is_merged_first(prefix):
    theirs = sentence_piece_tokenizer(prefix)
    learned = model_of(theirs)
    tokens = sorted(learned["vocab"], key=learned["vocab"].get)
    ranks = {"".join(pair): rank for rank, pair in reversed(list(enumerate(learned["merges"])))}
    said = {
        "model": "llama",
        "tokens": tokens,
        "scores": [-float(ranks.get(token, 1000)) for token in tokens],
        "token_type": [2, 3, 3] + [6] * 256 + [1] * (len(tokens) - 259),
        "bos_token_id": 1,
        "eos_token_id": 2,
        "unknown_token_id": 0,
        "add_space_prefix": prefix,
    }
    ours = gguf_tokenizer(settings(**said))
    for text in [*TEXTS, *STRANGE]:
        assert ours.encode(text) == [1, *theirs.encode(text).ids]
        assert ours.decode(ours.encode(text)) == theirs.decode(theirs.encode(text).ids)
    assert gguf_tokenizer(settings(**said, add_bos_token=False)).encode("How") == theirs.encode("How").ids


def test_a_gemma_has_runs_of_spaces_as_tokens_and_merges_by_place():
    tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "  ", "▁", "a", "b", "▁a", "ab"]
    said = {"model": "llama", "tokens": tokens, "scores": [0.0] * 10, "token_type": [3, 3, 3, 2, 4] + [1] * 5}
    said |= {"bos_token_id": 2, "unknown_token_id": 3, "add_space_prefix": False}
    assert gguf_tokenizer(settings(**said)).encode(" ab  ") == [2, 8, 7, 4]


def test_unigram_ids_are_those_of_the_tokenizer_that_was_written():
    theirs = FastTokenizer(models.Unigram())
    theirs.pre_tokenizer, theirs.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=special, unk_token="<unk>", show_progress=False)
    theirs.train_from_iterator(TEXTS, trainer)
    tokens, scores = zip(*model_of(theirs)["vocab"], strict=True)
    said = {"model": "t5", "tokens": list(tokens), "scores": list(scores)}
    said |= {"eos_token_id": 1, "unknown_token_id": 2, "token_type": [3, 3, 2] + [1] * (len(tokens) - 3)}
    ours = gguf_tokenizer(settings(**said))
    for text in TEXTS:
        assert ours.encode(text) == [*theirs.encode(text).ids, 1]
        assert ours.decode(ours.encode(text)) == text


def test_an_answer_ends_where_the_file_says_it_and_at_the_end_of_a_turn():
    tokens = ["<|endoftext|>", "a", "<|eot_id|>", "<|im_end|>", "<end>"]
    said = settings(tokens=tokens, token_type=[3, 1, 3, 1, 3], eos_token_id=4, eot_token_id=2)
    assert GgufVocabulary(said).end_ids() == {0, 2, 4}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "rwkv"}, "unknown tokenizer 'rwkv'; known: gpt2, llama, t5"),
        ({"model": ["gpt2"]}, "can't be used"),
        ({"pre": "command-r"}, "texts are cut in the way 'command-r', which we don't know"),
        ({"pre": None}, "config has no pre"),
        ({"merges": None}, "config has no merges"),
        ({"merges": ["no pair of this"]}, "can't be used"),
        ({"merges": 5}, "can't be used"),
        ({"tokens": ["a", "a"]}, "can't be used|repeat another"),
        ({"tokens": 7}, "can't be used"),
        ({"token_type": [1, 2]}, "can't be used"),
        ({"eos_token_id": 10**6}, "can't be used"),
        ({"eos_token_id": "</s>"}, "can't be used"),
    ],
)
def test_a_tokenizer_that_is_unknown_or_damaged_is_refused(changes, message):
    with pytest.raises(CourseError, match=message):
        gguf_tokenizer(byte_level(**changes))
