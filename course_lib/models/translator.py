"""The original transformer, a translator (slide "Translator (Encoder-Decoder)"; Vaswani et al. 2017)."""

from dataclasses import dataclass

from torch import nn

from course_lib.models.seq2seq import Seq2Seq, Seq2SeqConfig


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig(Seq2SeqConfig):
    """The config of a `Translator`, whose defaults are the choices on the slides."""


class Translator(Seq2Seq):
    """The encoder-decoder model from the slides, with Xavier initialization, as in torch.nn.Transformer."""

    def __init__(self, config: TranslatorConfig):
        super().__init__(config)
        for name, parameter in self.named_parameters():
            if name.endswith("proj.weight"):
                nn.init.xavier_uniform_(parameter)
