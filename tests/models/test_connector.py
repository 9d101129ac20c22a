"""The connector as a model of its own: it is stored without the models that it joins."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import Connector, ConnectorConfig, load_model, save_model


@pytest.mark.parametrize(("kind", "count"), [("linear", 36), ("mlp", 36), ("pixel shuffle", 9)])
def test_as_many_visual_tokens_come_out_as_its_config_says(kind, count):
    config = ConnectorConfig(d_vision=7, d_model=11, kind=kind)
    assert config.num_tokens(36) == count
    assert Connector(config)(torch.randn(2, 36, 7)).shape == (2, count, 11)


def test_an_unknown_connector_is_refused_with_those_there_are():
    with pytest.raises(CourseError, match="must be one of linear, mlp, .* got 'rope'"):
        ConnectorConfig(d_vision=33, d_model=19, kind="rope")


def test_a_connector_is_stored_alone(tmp_path):
    connector = Connector(ConnectorConfig(d_vision=7, d_model=11, kind="linear"))
    save_model(connector, tmp_path)
    [loaded] = load_model(tmp_path)
    assert loaded.config == connector.config
    features = torch.randn(2, 5, 7)
    assert torch.equal(loaded(features), connector(features))
