"""What was trained of an adapted model, put into the plain one, makes the adapted one of it."""

import copy

import torch

from course_lib.models.vlm_adapter import VlmAdapter, VlmAdapterConfig, adapted
from tests.models.tiny import tiny_vlm
from tests.parity import V, shake


def test_a_plain_model_with_the_adapter_equals_the_adapted_one():
    plain = tiny_vlm()
    config = VlmAdapterConfig(connector=plain.config.connector, text=plain.config.text, base="", rank=2, alpha=3.0)
    trained = copy.deepcopy(plain)
    adapted(trained.text, config.rank, config.alpha)
    shake(trained.connector)
    for part in (adapter := VlmAdapter.of(trained, config)).lora:
        torch.nn.init.normal_(part)
    stored = VlmAdapter(config)
    stored.load_state_dict(adapter.state_dict())
    tokens = torch.tensor([[1, *[V] * 16, 5, 6]])
    features = torch.randn(1, 16, plain.config.connector.d_vision)
    expected = trained(tokens, features)
    assert not torch.allclose(plain(tokens, features), expected)
    assert torch.equal(stored.put_into(plain)(tokens, features), expected)
