"""Pictures with captions, questions, and answers, all generated from the same record."""

from course_lib.world.scenes.scene import Person, Scene, has_held_out_shirt, has_held_out_thing, make_scenes
