"""BLEU on the validation split per minute of training, by the recipe and by the textbook."""

import tempfile
from pathlib import Path

from course_lib.evaluation import score_translations
from course_lib.generation import translate
from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Row, Table
from course_lib.workshop.benchmarks.setting import Setting
from course_lib.workshop.benchmarks.textbook import Textbook, TextbookDecoding, TextbookTraining
from course_lib.workshop.recipes import RECIPES, run


def measure(options: Options) -> Table:
    """Train both for the same minutes; the recipe's evaluations on the way are of a sample."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        card = run(RECIPES["translator"], options.source, out=out, minutes=options.minutes, report=ignore)
    setting = Setting(options.source)
    textbook = TextbookTraining(setting)
    textbook.run(60 * options.minutes)
    baseline = textbook_bleu(textbook.model, setting)
    return [
        *(row("recipe, on the way", entry["seconds"] / 60, entry["bleu"]) for entry in card["history"][1:]),
        row("recipe", options.minutes, card["validation"]["all"]["bleu"], baseline),
        row("torch.nn.Transformer, padded", options.minutes, baseline, baseline),
    ]


def ignore(line: str) -> None:
    """The log is not shown: its numbers are in the card."""


def textbook_bleu(model: Textbook, setting: Setting) -> float:
    """BLEU of greedy translations of the whole validation split."""
    pairs = setting.held_out["translation"]
    translations = translate([pair["pt"] for pair in pairs], model, setting.tokenizer, decoding=TextbookDecoding)
    return score_translations(translations, [pair["en"] for pair in pairs]).bleu


def row(name: str, minutes: float, bleu: float, baseline: float | None = None) -> Row:
    """One line of the table."""
    return {
        "name": name,
        "minutes": minutes,
        "bleu": bleu,
        "bleu_per_minute": bleu / minutes,
        "ratio": bleu / baseline if baseline else None,
    }
