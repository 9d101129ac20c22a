"""Pictures of the little world per second at 64 pixels, on one core, drawing included; 300 or more are wanted."""

import time
from collections.abc import Sequence

from course_lib.benchmarks.options import Options
from course_lib.benchmarks.rounds import Table, compare, take_turns
from course_lib.world.scenes import make_scenes
from course_lib.world.scenes.drawing import render
from course_lib.world.scenes.scene import Scene

WANTED = 300
PIXELS = {"64 pixels": 64, "480 pixels": 480}


def measure(options: Options) -> Table:
    """Small and large pictures take turns; the ratio of the small ones is to the wanted rate."""
    scenes = make_scenes("validation")
    runs = {name: lambda pixels=pixels: rate(scenes, pixels, options.seconds) for name, pixels in PIXELS.items()}
    return compare(take_turns(options.rounds, runs) | {"wanted": [WANTED] * options.rounds}, "pictures_per_second")


def rate(scenes: Sequence[Scene], pixels: int, seconds: float) -> float:
    """Render scenes for `seconds` of this process's own time; how many there were per second."""
    count, started = 0, time.process_time()
    while (passed := time.process_time() - started) < seconds:
        render(scenes[count % len(scenes)], pixels)
        count += 1
    return count / passed
