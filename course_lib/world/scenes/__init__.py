"""Pictures with their captions, questions and answers, all drawn and told from one record."""

from course_lib.world.scenes.scene import Person, Scene, has_held_out_shirt, has_held_out_thing, make_scenes
