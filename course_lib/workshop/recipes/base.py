"""The recipe of the base model: a decoder that has read the stories and nothing else (slide "Self-supervised step")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.data import ROLES, Batches, Tokenizer, load_dialogues, load_stories, predict_next, text_batches
from course_lib.evaluation import evaluate_language_model
from course_lib.models import Llm, LlmConfig
from course_lib.objectives import TokenPrediction
from course_lib.training import Plan
from course_lib.workshop.recipes.recipe import Bundle, Recipe, Scores, first, plain

if TYPE_CHECKING:  # slow to import, and whoever has rows has it already
    import datasets


@dataclass(frozen=True, kw_only=True)
class BaseRecipe(Recipe["datasets.Dataset", "datasets.Dataset"]):
    """Pre-trains a language model on texts, which are cut where the context ends.

    The tokenizer is trained on these texts and on the dialogues of the little world, because the chat model starts from
    this one. A recipe for texts alone overrides `build`.

    Args:
        vocab_size: the size of the tokenizer's vocabulary.
        tokens_per_batch: the maximum number of tokens in a batch, including padding.
        sizes: the arguments of the `LlmConfig`.
        sampled: the number of texts that are scored for the log during training.
    """

    vocab_size: int
    tokens_per_batch: int
    sizes: dict[str, int]
    sampled: int = 200

    load = staticmethod(load_stories)

    def build(self, rows: "datasets.Dataset") -> Bundle:
        """Build a new model, and the one tokenizer of the language models."""
        tokenizer = train_chat_tokenizer(rows["text"], self.vocab_size)
        return Bundle(Llm(LlmConfig(vocab_size=len(tokenizer), **self.sizes)), tokenizer)

    def batches(self, rows: "datasets.Dataset", bundle: Bundle, seed: int) -> Batches:
        """Return batches of texts of similar lengths."""
        return text_batches(token_ids(rows, bundle), predict_next, self.tokens_per_batch, seed)

    def sample(self, evaluation_set: "datasets.Dataset") -> "datasets.Dataset":
        """Return the first texts."""
        return first(evaluation_set, self.sampled)

    def evaluate(self, evaluation_set: "datasets.Dataset", bundle: Bundle) -> Scores:
        """Return loss and perplexity."""
        return plain(evaluate_language_model(bundle.model, bundle.tokenizer, evaluation_set))

    def facts(self, rows: "datasets.Dataset", bundle: Bundle) -> dict[str, int]:
        """Return the number of tokens that are read."""
        return {"training tokens per epoch": sum(map(len, token_ids(rows, bundle)))}


BASE = BaseRecipe(
    name="base",
    about="base language model",
    items="texts",
    objective=TokenPrediction(),
    plan=Plan(steps=1000, learning_rate=3e-3),
    watched=("perplexity",),
    vocab_size=2000,
    tokens_per_batch=4000,
    sizes={"d_model": 128, "d_ff": 352, "num_heads": 4, "num_kv_heads": 2, "num_layers": 4, "max_length": 256},
)


def token_ids(rows: "datasets.Dataset", bundle: Bundle) -> list[list[int]]:
    """Return the token ids of the texts, as far as the model's context reaches."""
    return [ids[: bundle.model.config.max_length] for ids in bundle.tokenizer.encode_batch(rows["text"])]


def train_chat_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Train the one tokenizer of the language models: cased, for the texts and the dialogues of the little world.

    It knows the tokens of the chat template from the start, long before a model learns what they mean.
    """
    dialogues = load_dialogues("world", "train")
    spoken = (text for column in ("instruction", "context", "response") for text in dialogues[column])
    return Tokenizer.train([*texts, *spoken], vocab_size, [f"<{role}>" for role in ROLES], lower_case=False)
