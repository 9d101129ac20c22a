"""Useful tokens (source and target, without padding) per second of training, by the recipe and by the textbook."""

from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, race
from course_lib.workshop.benchmarks.setting import Setting
from course_lib.workshop.benchmarks.textbook import TextbookTraining


def measure(options: Options) -> Table:
    """The recipe's training and the textbook's take turns."""
    setting = Setting(options.source)
    translator, textbook = setting.new_translator(), TextbookTraining(setting)
    runs = {
        "recipe": lambda: setting.train(translator, options.seconds),
        "torch.nn.Transformer, padded": lambda: textbook.run(options.seconds),
    }
    return race(options.rounds, "tokens_per_second", runs)
