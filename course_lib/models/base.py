"""What all models of the course have in common."""

from torch import nn


class Model(nn.Module):
    """A network that knows the config it was made from."""

    def __init__(self, config):
        super().__init__()
        self.config = config

    def num_parameters(self):
        """How many numbers are learnt; tied weights count once."""
        return sum(parameter.numel() for parameter in self.parameters())
