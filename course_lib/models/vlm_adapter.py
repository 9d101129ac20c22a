"""The trained weights of a `Vlm` whose language model is frozen: the connector and the LoRA matrices (LLaVA-1.5)."""

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
    """The config of a `VlmAdapter`.

    Args:
        connector: the config of the connector.
        text: the config of the language model that the adapter was trained with.
        base: the sha256 of the weights file of this language model.
        rank, alpha: the LoRA settings; see `LoraLinear`.
    """

    connector: ConnectorConfig
    text: LlmConfig
    base: str
    rank: int
    alpha: float


class VlmAdapter(Model):
    """The trained part of a `Vlm`: its connector, and the LoRA matrices A and B of each adapted layer.

    LoRA adapts all linear layers of the language model except the output layer.
    """

    def __init__(self, config: VlmAdapterConfig):
        super().__init__(config)
        self.connector = Connector(config.connector)
        with torch.device("meta"):
            text = adapted(Llm(config.text), config.rank, config.alpha)
        self.lora = nn.ParameterList(torch.zeros(part.shape) for part in additions(text))

    @classmethod
    def of(cls, model: Vlm, config: VlmAdapterConfig) -> "VlmAdapter":
        """Extract the adapter from a `Vlm` that has LoRA layers. The two share their parameters.

        Args:
            model: the model to extract the adapter from.
            config: the config of the adapter.
        """
        adapter = cls(config)
        adapter.connector, adapter.lora = model.connector, nn.ParameterList(additions(model.text))
        return adapter

    def put_into(self, model: Vlm) -> Vlm:
        """Add the adapter to a `Vlm` in place, and return the `Vlm`.

        Args:
            model: a model with the same parts that has no LoRA layers yet.
        """
        adapted(model.text, self.config.rank, self.config.alpha)
        model.connector.load_state_dict(self.connector.state_dict())
        with torch.no_grad():
            for place, part in zip(additions(model.text), self.lora, strict=True):
                place.copy_(part)
        return model


def adapted(text: Llm, rank: int, alpha: float) -> Llm:
    """Add LoRA to all linear layers of a language model except the output layer, in place."""
    return add_lora(text, rank, alpha, LINEAR_LAYERS)


def additions(text: Llm) -> list[nn.Parameter]:
    """Return the LoRA matrices A and B of each adapted layer, in the order of the layers."""
    return [part for name, part in text.named_parameters() if name.endswith((".down", ".up"))]
