"""The course as a site: lessons, decks, exercises, the library, in pages that need no network."""

from course_lib.workshop.present.site.build import Site

__all__ = ["Site"]
