"""T5: an encoder-decoder with pre-norm, RMSNorm, relative positions, and no bias (Raffel et al. 2020, section 2.1)."""

from dataclasses import dataclass

from course_lib.models.seq2seq import Seq2Seq, Seq2SeqConfig


@dataclass(frozen=True, kw_only=True)
class T5Config(Seq2SeqConfig):
    """The sizes of a `T5`, with T5's choices as defaults."""

    num_encoder_layers: int = 2
    norm_first: bool = True
    rms_norm: bool = True
    bias: bool = False
    relative_positions: bool = True


class T5(Seq2Seq):
    """A `Seq2Seq` with the choices of T5 (slide "Architectural Variants")."""
