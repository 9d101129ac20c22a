"""Questions that take more than a lesson's minute, asked with controls and several seeds: one file each.

A study is a function of a seed that returns numbers, and the arms that are compared. What came out stands in
data/studies, as cards; the lessons draw them, and tell their numbers.
"""

from importlib import import_module
from pkgutil import iter_modules

from course_lib.workshop.studies.card import CARDS, Card, read_card
from course_lib.workshop.studies.runner import confirm, measured, run, stale
from course_lib.workshop.studies.study import Numbers, Study

__all__ = ["CARDS", "Card", "Numbers", "Study", "all_studies", "confirm", "measured", "read_card", "run", "stale"]


def all_studies() -> dict[str, Study]:
    """The studies of this room, by name: each of its files that has a `STUDY`."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return {module.STUDY.name: module.STUDY for module in modules if hasattr(module, "STUDY")}
