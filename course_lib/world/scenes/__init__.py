"""Pictures with their captions, questions and answers, all drawn and told from one record."""

from course_lib.world.scenes.scene import Person, Scene, has_withheld_shirt, has_withheld_thing, make_scenes
