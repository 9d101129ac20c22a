"""Pictures of the little world per second at 64 pixels, on one core, drawing included; 300 or more are wanted."""

import time
from functools import partial
from itertools import cycle

from course_lib.workshop.benchmarks.options import Options
from course_lib.workshop.benchmarks.rounds import Table, compare, speed_for, take_turns
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.drawing import render

WANTED = 300
PIXELS = {"64 pixels": 64, "480 pixels": 480}


def measure(options: Options) -> Table:
    """Small and large pictures take turns; the ratio of the small ones is to the wanted rate."""
    scenes = cycle(make_scenes("validation"))

    def draw(pixels):
        render(next(scenes), pixels)
        return 1

    runs = {
        name: partial(speed_for, options.seconds, partial(draw, pixels), time.process_time)
        for name, pixels in PIXELS.items()
    }
    return compare(take_turns(options.rounds, runs) | {"wanted": [WANTED] * options.rounds}, "pictures_per_second")
