"""The recipe of the base model: a decoder that has read the stories and nothing else (slide "Self-supervised step")."""

from dataclasses import asdict

from course_lib.data import ROLES, Tokenizer, load_dialogues, load_stories, predict_next, text_batches
from course_lib.evaluation import evaluate_language_model
from course_lib.models import Llm, LlmConfig
from course_lib.objectives import TokenPrediction
from course_lib.recipes.workshop import plain, planned, produce, unfinished
from course_lib.runtime import seed_everything
from course_lib.training import Plan, Trainer

PLAN = Plan(steps=1000, learning_rate=3e-3)
SIZES = {"d_model": 128, "d_ff": 352, "num_heads": 4, "num_kv_heads": 2, "num_layers": 4, "max_length": 256}
VOCAB_SIZE = 2000
TOKENS_PER_BATCH = 4000


def train_base(source="world", *, out, minutes=None, seed=0, report=print):
    """Pre-train a base model on the texts of `source` (see `load_stories`), and write it to the folder `out`.

    Arguments and result as in `train_translator`.
    """
    out, plan = unfinished(out), planned(PLAN, minutes, seed)
    rows, held_out = load_stories(source, "train"), load_stories(source, "validation")
    tokenizer = train_chat_tokenizer(rows["text"])
    seed_everything(seed)
    model = Llm(LlmConfig(vocab_size=len(tokenizer), **SIZES))
    texts = [ids[: model.config.max_length] for ids in tokenizer.encode_batch(rows["text"])]
    sample = held_out.select(range(min(200, len(held_out))))
    trainer = Trainer(
        model,
        text_batches(texts, predict_next, TOKENS_PER_BATCH, seed),
        TokenPrediction(),
        plan,
        evaluate=lambda model: {"perplexity": evaluate_language_model(model, tokenizer, sample)["all"].perplexity},
        folder=out,
        description={"source": str(source), "texts": len(rows), **asdict(model.config)},
        report=report,
    )

    def describe():
        return {
            "model": f"base language model, {model.num_parameters():,} parameters",
            "source": str(source),
            "training texts": len(rows),
            "training tokens per epoch": sum(map(len, texts)),
            "plan": plan.as_dict(),
            "validation": plain(evaluate_language_model(model, tokenizer, held_out)),
        }

    return produce(trainer, model, [tokenizer], out, describe)


def train_chat_tokenizer(texts):
    """The one tokenizer of the language models: cased, for the texts and the dialogues of the little world.

    It knows the tokens of the chat template from the start, long before a model learns what they mean.
    """
    dialogues = load_dialogues("world", "train")
    spoken = (text for column in ("instruction", "context", "response") for text in dialogues[column])
    return Tokenizer.train([*texts, *spoken], VOCAB_SIZE, [f"<{role}>" for role in ROLES], lower_case=False)
