"""The map of the course: its lessons as stops along one road, from an attention head to a model that sees."""

import textwrap
from collections import Counter
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch

from course_lib.workshop.lessons import LESSONS
from course_lib.workshop.viz.blocks import EDGE, LINE, Page, rounded_path
from course_lib.workshop.viz.cells import text_width
from course_lib.workshop.viz.style import BLUE, GRAY, GREEN, INK, ORANGE, PURPLE, SKY, VERMILION, YELLOW, shade, tint

PARTS = {  # what each part will say or do, and its color
    "A translator": ("“este é o primeiro livro que eu fiz.”  →  “this is the first book i've ever done.”", BLUE),
    "Architectures": ("", ORANGE),
    "An assistant": ("“A robot may not injure a human being”", GREEN),
    "Beyond plain Transformers": ("longer context, smaller cache", VERMILION),
    "Vision": ("“What is the color of the shirt?”", PURPLE),
}
MOST = 6  # stops in a row; the road turns at the end of each
FIRST, PITCH, TURN = 1.0, 1.58, 0.72  # inches: first column, from stop to stop, from the last stop to the bend
ROW, TALL_ROW, MARGIN = 1.55, 1.8, 0.85  # inches: from row to row, above the first and below the last
STOP = 0.24  # radius
LETTERS = 14  # of a title in one line
WIDTH = 9.9  # inches
SKIN = "#C68F63"


def draw_course_map(*, ax: Axes | None = None) -> Axes:
    """Draw the road through the lessons, a color for each part of the course."""
    rows = _rows()
    has_room = rows[-1] <= MOST - 2  # for the answer, beside the last stops
    pitch = _pitch(rows)
    below = MARGIN + 0.2 * any(len(_title(lesson)) > 2 for lesson in LESSONS[-rows[-1] :])
    height = pitch * (len(rows) - has_room) + MARGIN + below
    page, places = (
        Page(WIDTH, height, "Map of the course: its lessons are stops along one road", ax),
        _places(rows, height - MARGIN, pitch),
    )
    for (start, end), lesson in zip(pairwise(places), LESSONS[1:], strict=True):
        _draw_road(page, start, end, PARTS[lesson.part][1])
    for place, lesson in zip(places, LESSONS, strict=True):
        _draw_stop(page, place, lesson, PARTS[lesson.part][1])
    for name, first in _first_stops(places).items():
        _draw_heading(page, first, name, *PARTS[name], _room(places, first, name, pitch))
    _draw_answer(page, 7.3 if has_room and len(rows) % 2 else 1.15, below)
    return page.ax


def _rows():
    """How many stops each row has: a part stays in one row where it fits."""
    rows = [0]
    for count in Counter(lesson.part for lesson in LESSONS).values():
        if rows[-1] + count > MOST:
            rows += [MOST] * (count // MOST) + [count % MOST]
        else:
            rows[-1] += count
    return [row for row in rows if row]


def _places(rows, top, pitch):
    """The centers of the stops: odd rows run from left to right, even rows back."""
    places = []
    for row, count in enumerate(rows):
        columns = range(count) if row % 2 == 0 else range(MOST - 1, MOST - 1 - count, -1)
        places += [(FIRST + PITCH * column, top - pitch * row) for column in columns]
    return places


def _draw_road(page, start, end, color):
    """Draw the road between two stops; to another row, it goes around a bend."""
    points = [start, end]
    if start[1] != end[1]:
        side = FIRST + 5 * PITCH + TURN if end[0] > 5 else FIRST - TURN
        points = [start, (side, start[1]), (side, end[1]), end]
    path = rounded_path(points, radius=0.4)
    look = {"facecolor": "none", "edgecolor": tint(color, 0.55), "lw": 9 * page.scale, "capstyle": "round"}
    page.ax.add_patch(PathPatch(path, zorder=1, **look))


def _first_stops(places):
    """The name of each part, and the place of its leftmost stop in its first row."""
    stops = {}
    for place, lesson in zip(places, LESSONS, strict=True):
        stops.setdefault(lesson.part, []).append(place)
    return {part: min(place for place in group if place[1] == group[0][1]) for part, group in stops.items()}


def _pitch(rows):
    """From row to row: more where the name of a part would touch a title in the row above."""
    places = _places(rows, 0, ROW)
    touches = (_end(first, part) > _room(places, first, part, ROW) for part, first in _first_stops(places).items())
    return TALL_ROW if any(touches) else ROW


def _start(first, part):
    """Where the name of a part begins: a little left of its stop, or further left at the edge of the page."""
    return min(first[0] - 0.45, WIDTH - 0.1 - 0.9 * text_width(part, 14))


def _end(first, part):
    """Where the name of a part ends."""
    return _start(first, part) + 0.9 * text_width(part, 14)


def _room(places, first, part, pitch):
    """How far to the right a part has room: to the name of another part, a title of three lines above, or the edge."""
    beside = [
        _start(other, name)
        for name, other in _first_stops(places).items()
        if other[1] == first[1] and _start(other, name) > _start(first, part)
    ]
    above = [
        x - PITCH / 2
        for (x, y), lesson in zip(places, LESSONS, strict=True)
        if 0 < y - first[1] < 1.5 * ROW and x + PITCH / 2 > _start(first, part) and len(_title(lesson)) > 2
    ]
    return min([WIDTH, *beside, *(above if pitch == ROW else [])])


def _draw_heading(page, place, name, says, color, room):
    """Write the name of a part above its leftmost stop, and beside it what it will say, if there is room."""
    left, y = _end(place, name) + 0.2, place[1] + 0.55
    page.text(_start(place, name), y, name, 14, shade(color), ha="left", weight="bold")
    if left + 0.9 * text_width(says, 11) < room:
        page.text(left, y, says, 11, GRAY, ha="left")


def _draw_answer(page, x, y):
    """Draw where the road leads: a picture of somebody in a yellow shirt, and the model's answer."""
    page.box(x, y, 1.2, 1.2, color=SKY)
    look = {"edgecolor": shade(YELLOW, 0.85), "lw": EDGE, "zorder": 3}
    shape = "round,pad=0,rounding_size=0.18"
    page.ax.add_patch(FancyBboxPatch((x - 0.36, y - 0.57), 0.72, 0.58, boxstyle=shape, facecolor=YELLOW, **look))
    page.ax.add_patch(Circle((x, y + 0.22), 0.19, facecolor=SKIN, edgecolor="none", zorder=4))
    answer = page.box(x + 1.4, y + 0.22, 0.95, 0.46, "Yellow.", PURPLE, 12)
    page.arrow((x + 0.68, y + 0.22), answer.left, color=shade(PURPLE, 0.85), head=False)


def _draw_stop(page, place, lesson, color):
    """Draw a lesson's number in a disc on the road and its title below."""
    page.ax.add_patch(Circle(place, STOP, facecolor="white", edgecolor=shade(color, 0.85), lw=2.5, zorder=2))
    page.text(*place, str(lesson.number), 13, INK, weight="bold")
    lines = _title(lesson)
    below = 0.5 * (LINE * 12 / 72) * (len(lines) - 1)
    page.text(place[0], place[1] - 0.42 - below, "\n".join(lines), 12)


def _title(lesson):
    """The lines of a lesson's title."""
    return textwrap.wrap(lesson.title, LETTERS)
