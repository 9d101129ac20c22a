"""The benchmarks train on the small data set that the commands are tested with."""

from tests.workshop.cli.conftest import pairs, tiny_recipe, trained  # noqa: F401
