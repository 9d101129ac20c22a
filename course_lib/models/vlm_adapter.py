"""The trained part of a `Vlm` with a large language model: the connector and LoRA weights (LLaVA-1.5)."""

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
    """The configs of the connector and the language model, and the LoRA settings.

    LoRA adapts all linear layers of the language model except the output layer.

    Args:
        connector, text: configs of the connector and the language model.
        base: the sha256 of the language model's weights file, which the adapter belongs to.
        rank, alpha: as in `LoraLinear`.
    """

    connector: ConnectorConfig
    text: LlmConfig
    base: str
    rank: int
    alpha: float


class VlmAdapter(Model):
    """A connector, and the LoRA matrices A and B of each adapted layer."""

    def __init__(self, config: VlmAdapterConfig):
        super().__init__(config)
        self.connector = Connector(config.connector)
        with torch.device("meta"):
            text = adapted(Llm(config.text), config.rank, config.alpha)
        self.lora = nn.ParameterList(torch.zeros(part.shape) for part in additions(text))

    @classmethod
    def of(cls, model: Vlm, config: VlmAdapterConfig) -> "VlmAdapter":
        """Return the adapter of an adapted `Vlm`. It shares the parameters of the `Vlm`."""
        adapter = cls(config)
        adapter.connector, adapter.lora = model.connector, nn.ParameterList(additions(model.text))
        return adapter

    def put_into(self, model: Vlm) -> Vlm:
        """Add the adapter to a `Vlm` that has the same parts and is not adapted yet, in place."""
        adapted(model.text, self.config.rank, self.config.alpha)
        model.connector.load_state_dict(self.connector.state_dict())
        with torch.no_grad():
            for place, part in zip(additions(model.text), self.lora, strict=True):
                place.copy_(part)
        return model


def adapted(text: Llm, rank: int, alpha: float) -> Llm:
    """Add LoRA to all linear layers of a language model but the output layer, in place."""
    return add_lora(text, rank, alpha, LINEAR_LAYERS)


def additions(text: Llm) -> list[nn.Parameter]:
    """Return A and B of each adapted layer, in order."""
    return [part for name, part in text.named_parameters() if name.endswith((".down", ".up"))]
