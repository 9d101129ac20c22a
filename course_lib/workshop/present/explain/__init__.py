"""A trained model alive in one HTML file that needs nothing else."""

from course_lib.workshop.present.explain.cell import show_model
from course_lib.workshop.present.explain.page import LivePage

__all__ = ["LivePage", "show_model"]
