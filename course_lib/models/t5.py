"""T5, an encoder-decoder with pre-norm, RMSNorm, and relative positions (Raffel et al. 2020, section 2.1)."""

from dataclasses import dataclass

from course_lib.models.seq2seq import Seq2Seq, Seq2SeqConfig


@dataclass(frozen=True, kw_only=True)
class T5Config(Seq2SeqConfig):
    """The config of a `T5` model, whose defaults are T5's choices: pre-norm, RMSNorm, no bias, relative positions."""

    num_encoder_layers: int = 2
    norm_first: bool = True
    rms_norm: bool = True
    bias: bool = False
    relative_positions: bool = True


class T5(Seq2Seq):
    """A T5 model: a `Seq2Seq` whose config has T5's defaults (slide "Architectural Variants")."""
