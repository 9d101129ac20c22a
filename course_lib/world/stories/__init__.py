"""Short tales, told from plots, with exact labels."""

from course_lib.world.stories.story import TAGS, Story, make_stories

__all__ = ["TAGS", "Story", "make_stories"]
