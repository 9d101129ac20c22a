"""The map of the course: its 21 lessons as stops along one road, from an attention head to a model that sees."""

from matplotlib.patches import Circle, FancyBboxPatch, PathPatch

from course_lib.viz.blocks import EDGE, LINE, Page, rounded_path
from course_lib.viz.cells import text_width
from course_lib.viz.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, YELLOW, shade, tint

PARTS = (  # name, what it will say or do, colour, stops
    (
        "A translator",
        "“este é o primeiro livro que eu fiz.”  →  “this is the first book i've ever done.”",
        BLUE,
        (
            "Start here",
            "Attention\nheads",
            "Encoder\nlayer",
            "Decoder\nlayer",
            "Encoder-\ndecoder",
            "Training the\ntranslator",
        ),
    ),
    ("Architectures", "", ORANGE, ("Attention\nmaps", "Architectural\nvariants")),
    (
        "An assistant",
        "“A robot may not injure a human being”",
        GREEN,
        ("Chat", "Pretraining", "Supervised\nfine-tuning", "Reinforcement\nlearning"),
    ),
    (
        "Beyond plain Transformers",
        "longer context, smaller cache",
        VERMILION,
        ("RoPE", "KV cache", "Grouped-query\nattention", "Sliding-window\nattention", "Modern\ndecoder"),
    ),
    (
        "Vision",
        "“What is the color of the shirt?”",
        PURPLE,
        ("Vision\nTransformer", "CLIP", "Vision-language\nmodel", "Inference and\nalignment"),
    ),
)
ROWS = (6, 6, 5, 4)  # stops per row; the road turns at the end of each
FIRST, PITCH, TURN = 1.0, 1.58, 0.72  # inches: first column, from stop to stop, from the last stop to the bend
TOP, ROW = 5.5, 1.55
STOP = 0.24  # radius
SKIN = "#C68F63"


def draw_course_map(*, ax=None):
    """Draw the road through the 21 lessons, a colour for each of the five parts of the course."""
    page = Page(9.9, 6.35, ax)
    places = _places()
    number = 0
    for name, says, colour, stops in PARTS:
        group = places[number : number + len(stops)]
        for place, words in zip(group, stops, strict=True):
            if number:
                _draw_road(page, places[number - 1], place, colour)
            _draw_stop(page, place, number, words, colour)
            number += 1
        _draw_heading(page, min(group), name, says, colour)
    _draw_answer(page, 1.15, places[-1][1])
    return page.ax


def _places():
    """The centres of the stops: odd rows run from left to right, even rows back."""
    places = []
    for row, count in enumerate(ROWS):
        columns = range(count) if row % 2 == 0 else range(5, 5 - count, -1)
        places += [(FIRST + PITCH * column, TOP - ROW * row) for column in columns]
    return places


def _draw_road(page, start, end, colour):
    """Draw the road between two stops; to another row, it goes around a bend."""
    points = [start, end]
    if start[1] != end[1]:
        side = FIRST + 5 * PITCH + TURN if end[0] > 5 else FIRST - TURN
        points = [start, (side, start[1]), (side, end[1]), end]
    path = rounded_path(points, radius=0.4)
    look = {"facecolor": "none", "edgecolor": tint(colour, 0.55), "lw": 9 * page.scale, "capstyle": "round"}
    page.ax.add_patch(PathPatch(path, zorder=1, **look))


def _draw_heading(page, place, name, says, colour):
    """Write the name of a part above its leftmost stop, and beside it what it will say."""
    left, y = place[0] - 0.45, place[1] + 0.55
    page.text(left, y, name, 14, shade(colour), ha="left", weight="bold")
    page.text(left + 0.9 * text_width(name, 14) + 0.2, y, says, 11, GREY, ha="left")


def _draw_answer(page, x, y):
    """Draw where the road leads: a picture of somebody in a yellow shirt, and the model's answer."""
    page.box(x, y, 1.2, 1.2, colour=SKY)
    look = {"edgecolor": shade(YELLOW, 0.85), "lw": EDGE, "zorder": 3}
    shape = "round,pad=0,rounding_size=0.18"
    page.ax.add_patch(FancyBboxPatch((x - 0.36, y - 0.57), 0.72, 0.58, boxstyle=shape, facecolor=YELLOW, **look))
    page.ax.add_patch(Circle((x, y + 0.22), 0.19, facecolor=SKIN, edgecolor="none", zorder=4))
    answer = page.box(x + 1.4, y + 0.22, 0.95, 0.46, "Yellow.", PURPLE, 12)
    page.arrow((x + 0.68, y + 0.22), answer.left, colour=shade(PURPLE, 0.85), head=False)


def _draw_stop(page, place, number, words, colour):
    """Draw a lesson's number in a disc on the road and its title below."""
    page.ax.add_patch(Circle(place, STOP, facecolor="white", edgecolor=shade(colour, 0.85), lw=2.5, zorder=2))
    page.text(*place, str(number), 13, INK, weight="bold")
    below = 0.5 * (LINE * 12 / 72) * words.count("\n")
    page.text(place[0], place[1] - 0.42 - below, words, 12)
