"""The tokenizer in a GGUF file: words, and pairs to be merged or scores, from which the library makes what it needs."""

from collections.abc import Sequence

from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers
from tokenizers import Tokenizer as FastTokenizer
from tokenizers.processors import TemplateProcessing

from course_lib.errors import CourseError
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.gguf_cuts import CUTS, WHOLE_WORDS
from course_lib.workshop.convert.hub_tokenizer import HubTokenizer

NORMAL, CONTROL, USER, BYTE = 1, 3, 4, 6  # llama.cpp's kinds of tokens
SPECIAL = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
ENDS = "eos", "eot", "eom"  # of the text, of a turn, of a message
# Tokens that end an answer even where a file doesn't say so, as llama.cpp has it.
END_TEXTS = {"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|endoftext|>", "</s>"}


class GgufVocabulary:
    """The settings of a file's tokenizer: `said` are the settings that begin with "tokenizer.ggml.", without that."""

    def __init__(self, settings: HubConfig):
        prefix = "tokenizer.ggml."
        self.said = HubConfig({k.removeprefix(prefix): v for k, v in settings.items() if k.startswith(prefix)})
        self.tokens: list[str] = self.said["tokens"]
        self.kinds: list[int] = self.said.get("token_type", [NORMAL] * len(self.tokens))
        self.template: str | None = settings.get("tokenizer.chat_template")

    def of_kind(self, *kinds: int) -> list[str]:
        """The tokens of some kinds."""
        return [token for token, kind in zip(self.tokens, self.kinds, strict=True) if kind in kinds]

    def special(self) -> dict[str, str]:
        """bos_token, eos_token, ... -> its text."""
        ids = {name: self.said.get(f"{key}_token_id") for name, key in SPECIAL.items()}
        return {name: self.tokens[id] for name, id in ids.items() if id is not None}

    def end_ids(self) -> set[int]:
        """The ids that end an answer."""
        named = {self.said.get(f"{key}_token_id") for key in ENDS} - {None}
        return named | {self.tokens.index(text) for text in END_TEXTS & set(self.of_kind(CONTROL))}


def gguf_tokenizer(settings: HubConfig) -> HubTokenizer:
    """The tokenizer that the settings of a file describe.

    Raises:
        CourseError: it is of an unknown kind, something is missing, or the library can't build it.
    """
    try:
        words = GgufVocabulary(settings)
        kind = words.said["model"]
        if kind not in MAKERS:
            raise CourseError(f"unknown tokenizer {kind!r}; known: {', '.join(MAKERS)}")
        return HubTokenizer(MAKERS[kind](words), words.special(), words.template)
    except CourseError:
        raise
    except Exception as error:  # tokenizers raises bare Exception, and values may be of any kind
        raise CourseError(f"the file's tokenizer can't be used: {error}") from None


def byte_level(words: GgufVocabulary) -> FastTokenizer:
    """Byte-level BPE, as GPT-2 has it."""
    cut = words.said["pre"]
    if cut not in CUTS:
        raise CourseError(f"texts are cut in the way {cut!r}, which we don't know; known: {', '.join(CUTS)}")
    merges = [tuple(pair.split(" ")) for pair in words.said["merges"]]
    fast = FastTokenizer(models.BPE(numbered(words.tokens), merges, ignore_merges=cut in WHOLE_WORDS))
    fast.pre_tokenizer, fast.decoder = CUTS[cut], decoders.ByteLevel()
    return finished(fast, words, adds_bos=cut in WHOLE_WORDS)


def sentence_piece(words: GgufVocabulary) -> FastTokenizer:
    """SentencePiece's BPE: scores say what is merged first, and unknown letters become bytes.

    Runs of spaces, which a Gemma's file has as such, are tokens like others; its scores don't tell their order.
    """
    tokens = [token.replace(" ", "▁") if token.isspace() and " " in token else token for token in words.tokens]
    respelled = any(token != ours for token, ours in zip(words.tokens, tokens, strict=True))
    scores = range(0, -len(tokens), -1) if respelled else words.said["scores"]
    unknown = words.special().get("unk_token")
    merged = merges_of(tokens, scores, words.kinds)
    fast = FastTokenizer(models.BPE(numbered(tokens), merged, byte_fallback=True, unk_token=unknown, fuse_unk=True))
    spaces, adds_space = [normalizers.Replace(" ", "▁")], words.said.get("add_space_prefix", True)
    fast.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), *spaces] if adds_space else spaces)
    strip = [decoders.Strip(" ", left=1, right=0)] if adds_space else []
    fast.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip])
    return finished(fast, words, adds_bos=True)


def unigram(words: GgufVocabulary) -> FastTokenizer:
    """SentencePiece's other kind: the most likely way to cut a text, each token with a log-probability (T5)."""
    scored = list(zip(words.tokens, words.said["scores"], strict=True))
    has_bytes = bool(words.of_kind(BYTE))
    fast = FastTokenizer(models.Unigram(scored, words.said["unknown_token_id"], byte_fallback=has_bytes))
    rules = []
    if "precompiled_charsmap" in words.said:
        rules.append(normalizers.Precompiled(bytes(words.said["precompiled_charsmap"])))
    if words.said.get("remove_extra_whitespaces"):
        rules += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    fast.normalizer = normalizers.Sequence(rules)
    scheme = "always" if words.said.get("add_space_prefix", True) else "never"
    fast.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme)
    fast.decoder = decoders.Metaspace(prepend_scheme=scheme)
    return finished(fast, words, adds_eos=True)


MAKERS = {"gpt2": byte_level, "llama": sentence_piece, "t5": unigram}


def numbered(tokens: Sequence[str]) -> dict[str, int]:
    """Token -> id. Raises CourseError where two are alike."""
    ids = {token: id for id, token in enumerate(tokens)}
    if len(ids) < len(tokens):
        raise CourseError(f"of the file's {len(tokens):,} tokens, {len(tokens) - len(ids):,} repeat another")
    return ids


def merges_of(tokens: Sequence[str], scores: Sequence[float], kinds: Sequence[int]) -> list[tuple[str, str]]:
    """All pairs that make a token, those of the best score first."""
    ids, merges = numbered(tokens), []
    for token, score, kind in zip(tokens, scores, kinds, strict=True):
        if kind in (NORMAL, USER):
            pairs = [(token[:i], token[i:]) for i in range(1, len(token))]
            known = [pair for pair in pairs if pair[0] in ids and pair[1] in ids]
            merges += [(-score, ids[left], ids[right]) for left, right in known]
    return [(tokens[left], tokens[right]) for _, left, right in sorted(merges)]


def finished(
    fast: FastTokenizer, words: GgufVocabulary, adds_bos: bool = False, adds_eos: bool = False
) -> FastTokenizer:
    """With the tokens that are never cut, and what is put around a text, where the file doesn't say it otherwise."""
    vocabulary = fast.get_vocab()
    fast.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in words.of_kind(CONTROL)])
    users = [text for text in words.of_kind(USER) if text in vocabulary]
    fast.add_tokens([AddedToken(text, special=False, normalized=False) for text in users])
    around = {"bos_token": adds_bos, "eos_token": adds_eos}
    around = {name: words.said.get(f"add_{name}", default) for name, default in around.items()}
    used = {name: text for name, text in words.special().items() if around.get(name)}
    if used:
        template = [used.get(name, "") for name in ("bos_token", "eos_token")]
        fast.post_processor = TemplateProcessing(
            single=[piece for piece in (template[0], "$A", template[1]) if piece],
            special_tokens=[(text, vocabulary[text]) for text in used.values()],
        )
    return fast
