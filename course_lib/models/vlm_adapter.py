"""What training changes of a `Vlm` with a large language model, which is little: connector and LoRA (LLaVA-1.5)."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.models.base import Model
from course_lib.models.connector import Connector, ConnectorConfig
from course_lib.models.llm import Llm, LlmConfig
from course_lib.models.vlm import Vlm
from course_lib.nn import LINEAR_LAYERS, add_lora


@dataclass(frozen=True, kw_only=True)
class VlmAdapterConfig:
    """The connector, and LoRA of this `rank` and `alpha` on all linear layers inside of a language model like `text`.

    `base` is the sha256 of the file with the language model, which belongs to it as the lock to a key.
    """

    connector: ConnectorConfig
    text: LlmConfig
    base: str
    rank: int
    alpha: float


class VlmAdapter(Model):
    """A connector, and A and B of each adapted layer."""

    def __init__(self, config: VlmAdapterConfig):
        super().__init__(config)
        self.connector = Connector(config.connector)
        with torch.device("meta"):
            text = adapted(Llm(config.text), config.rank, config.alpha)
        self.lora = nn.ParameterList(torch.zeros(part.shape) for part in additions(text))

    @classmethod
    def of(cls, model: Vlm, config: VlmAdapterConfig) -> "VlmAdapter":
        """The one of an adapted `Vlm`, which shares its parameters."""
        adapter = cls(config)
        adapter.connector, adapter.lora = model.connector, nn.ParameterList(additions(model.text))
        return adapter

    def put_into(self, model: Vlm) -> Vlm:
        """Adapt a plain `Vlm` of the same parts, in place."""
        adapted(model.text, self.config.rank, self.config.alpha)
        model.connector.load_state_dict(self.connector.state_dict())
        with torch.no_grad():
            for place, part in zip(additions(model.text), self.lora, strict=True):
                place.copy_(part)
        return model


def adapted(text: Llm, rank: int, alpha: float) -> Llm:
    """The language model with LoRA on all linear layers but the last, in place."""
    return add_lora(text, rank, alpha, LINEAR_LAYERS)


def additions(text: Llm) -> list[nn.Parameter]:
    """A and B of each adapted layer, in their order."""
    return [part for name, part in text.named_parameters() if name.endswith((".down", ".up"))]
