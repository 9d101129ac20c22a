"""The recipe of the base model: a decoder that has read the stories and nothing else (slide "Self-supervised step")."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.data import ROLES, Batches, Tokenizer, load_dialogues, load_stories, predict_next, text_batches
from course_lib.evaluation import evaluate_language_model
from course_lib.models import Llm, LlmConfig
from course_lib.objectives import TokenPrediction
from course_lib.recipes.recipe import Recipe, Scores, plain
from course_lib.training import Plan

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class BaseRecipe(Recipe):
    """Pre-trains on the texts of `load_stories`, cut where the context ends; `sizes` go to `LlmConfig`."""

    vocab_size: int
    tokens_per_batch: int
    sizes: dict
    sampled: int = 200  # texts that are scored for the log

    objective = TokenPrediction()

    def load(self, source: Path | str, split: str) -> "datasets.Dataset":
        """The texts."""
        return load_stories(source, split)

    def build(self, rows: "datasets.Dataset") -> tuple[Llm, Tokenizer]:
        """A new model, and the one tokenizer of the language models."""
        tokenizer = train_chat_tokenizer(rows["text"], self.vocab_size)
        return Llm(LlmConfig(vocab_size=len(tokenizer), **self.sizes)), tokenizer

    def batches(self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer, *, seed: int) -> Batches:
        """Texts of similar lengths together."""
        return text_batches(token_ids(rows, model, tokenizer), predict_next, self.tokens_per_batch, seed)

    def sample(self, exam: "datasets.Dataset") -> "datasets.Dataset":
        """The first texts."""
        return exam.select(range(min(self.sampled, len(exam))))

    def evaluate(self, exam: "datasets.Dataset", model: Llm, tokenizer: Tokenizer) -> Scores:
        """Loss and perplexity."""
        return plain(evaluate_language_model(model, tokenizer, exam))

    def facts(self, rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer) -> dict[str, int]:
        """How much is read."""
        return {"training tokens per epoch": sum(map(len, token_ids(rows, model, tokenizer)))}


BASE = BaseRecipe(
    name="base",
    about="base language model",
    items="texts",
    plan=Plan(steps=1000, learning_rate=3e-3),
    watched=("perplexity",),
    vocab_size=2000,
    tokens_per_batch=4000,
    sizes={"d_model": 128, "d_ff": 352, "num_heads": 4, "num_kv_heads": 2, "num_layers": 4, "max_length": 256},
)


def token_ids(rows: "datasets.Dataset", model: Llm, tokenizer: Tokenizer) -> list[list[int]]:
    """The token ids of the texts, as far as the model's context reaches."""
    return [ids[: model.config.max_length] for ids in tokenizer.encode_batch(rows["text"])]


def train_chat_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """The one tokenizer of the language models: cased, for the texts and the dialogues of the little world.

    It knows the tokens of the chat template from the start, long before a model learns what they mean.
    """
    dialogues = load_dialogues("world", "train")
    spoken = (text for column in ("instruction", "context", "response") for text in dialogues[column])
    return Tokenizer.train([*texts, *spoken], vocab_size, [f"<{role}>" for role in ROLES], lower_case=False)
