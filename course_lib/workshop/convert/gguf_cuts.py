"""How a text is cut before byte-level BPE merges anything, by the name that a GGUF file has for it."""

from tokenizers import Regex, pre_tokenizers

UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
MARK = r"[^\r\n\p{L}\p{N}]?"  # a space or another mark that goes with the word behind it
WORDS = rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|{MARK}\p{{L}}+"
CASED_WORDS = f"{MARK}({UPPER}*{LOWER}+|{UPPER}+)"


def split(words: str, numbers: str, marks: str) -> pre_tokenizers.PreTokenizer:
    """Cuts a text into words, numbers, marks with the line breaks behind them, and spaces."""
    pattern = rf"{words}|{numbers}| ?[^\s\p{{L}}\p{{N}}]+{marks}|\s*[\r\n]+|\s+(?!\S)|\s+"
    bytes_only = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), bytes_only])


GPT2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
LLAMA3 = split(WORDS, r"\p{N}{1,3}", r"[\r\n]*")
QWEN2 = split(WORDS, r"\p{N}", r"[\r\n]*")
CUTS = {
    "gpt-2": GPT2,
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), GPT2]),
    "llama-bpe": LLAMA3,
    "llama3": LLAMA3,
    "llama-v3": LLAMA3,
    "qwen2": QWEN2,
    "deepseek-r1-qwen": QWEN2,
    "tekken": split(CASED_WORDS, r"\p{N}", r"[\r\n/]*"),
}
WHOLE_WORDS = {"llama-bpe", "llama3", "llama-v3", "tekken"}  # whose models keep a word whole that is a token
