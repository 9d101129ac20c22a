"""The sizes and choices of the modern decoder (slide "Beyond Plain Transformers")."""

from dataclasses import dataclass

from course_lib.errors import CourseError
from course_lib.models.mixers import AttentionMixer, Experts, Mixer, check_mixers
from course_lib.nn import ACTIVATIONS, DynamicNtkScaling, LinearScaling, Llama3Scaling, YarnScaling


@dataclass(frozen=True, kw_only=True)
class LlmConfig:
    """The sizes and choices of an `Llm`.

    `window_sizes` has one entry per layer: how many tokens a query sees, itself included, or None for all before it.
    `d_head` is D / H by default. `max_length` is the context: how many tokens of a text the model was made for.

    The plain model is a Llama; the fields below `dropout` are what other families have chosen instead. Layers that
    have a window may have a RoPE base of their own, `window_rope_base`; `rope_scaling` then is for the others only.
    `score_cap` and `logit_cap` are what `softcap` keeps the attention scores and the logits within.

    `mixers` has one entry per layer: what its tokens meet in, if that is not plain attention; see `models.mixers`.
    With `experts`, the feed-forward networks are mixtures of them.

    Raises:
        CourseError: not one window or mixer per layer, or one that can't be; an unknown activation or scaling.
    """

    vocab_size: int
    d_model: int = 128
    d_ff: int = 344
    num_heads: int = 4
    num_kv_heads: int = 2
    num_layers: int = 4
    max_length: int = 256
    d_head: int | None = None
    window_sizes: tuple[int | None, ...] | None = None
    rope_base: float = 10_000.0
    eps: float = 1e-6
    dropout: float = 0.0
    qkv_bias: bool = False
    qk_norm: bool = False
    post_norms: bool = False
    activation: str = "silu"
    tied: bool = True
    embedding_scale: float = 1.0
    score_cap: float | None = None
    logit_cap: float | None = None
    window_rope_base: float | None = None
    rope_scaling: LinearScaling | DynamicNtkScaling | YarnScaling | Llama3Scaling | None = None
    mixers: tuple[Mixer, ...] | None = None
    experts: Experts | None = None

    def __post_init__(self):
        windows = (None,) * self.num_layers if self.window_sizes is None else tuple(self.window_sizes)
        if len(windows) != self.num_layers:
            raise CourseError(f"{self.num_layers} layers need as many window_sizes, got {len(windows)}")
        if self.activation not in ACTIVATIONS:
            raise CourseError(f"unknown activation {self.activation!r}; known: {', '.join(ACTIVATIONS)}")
        if any(window is not None and window < 1 for window in windows):
            raise CourseError(f"window_sizes must be 1 or more, or None for all, got {windows}")
        object.__setattr__(self, "window_sizes", windows)
        check_mixers(self.layer_mixers, windows)
        if set(self.layer_mixers) == {AttentionMixer()}:
            object.__setattr__(self, "mixers", None)

    @property
    def layer_mixers(self) -> tuple[Mixer, ...]:
        """The mixer of each layer, plain attention where the config names none."""
        return (AttentionMixer(),) * self.num_layers if self.mixers is None else self.mixers
