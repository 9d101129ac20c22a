"""Short stories, generated from plots, with exact labels."""

from course_lib.world.stories.likelihood import story_losses
from course_lib.world.stories.story import TAGS, make_stories
