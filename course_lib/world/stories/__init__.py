"""Short stories that are generated from plots, with exact labels such as the ending and the tag of each word."""

from course_lib.world.stories.likelihood import story_losses
from course_lib.world.stories.story import TAGS, make_stories
