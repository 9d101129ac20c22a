"""Scenes: generated pictures with captions, questions, and answers that all agree with each other."""

from course_lib.world.scenes.scene import Person, Scene, has_held_out_shirt, has_held_out_thing, make_scenes
