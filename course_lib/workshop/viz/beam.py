"""A beam search as a tree: which outputs were extended, kept, ended and dropped."""

from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes

from course_lib.errors import CourseError
from course_lib.workshop.viz.blocks import Box, Page
from course_lib.workshop.viz.cells import text_width
from course_lib.workshop.viz.style import COLORS, GRAY, INK

Candidate = tuple[int, str, float, str]  # rank of what it extends, its last token, total log p, fate
STATUSES = {"kept": (COLORS["attention"], 0.25), "ended": (COLORS["good"], 0.25), "dropped": (GRAY, 0.0)}
WIDTH, ROW, HEIGHT = 9.9, 0.76, 0.58  # inches: of the page, from row to row, of a box
LEFT, BELOW = 0.55, 0.35  # inches: of the root, under the last row
WORDS = 12


def draw_beam(steps: Sequence[Sequence[Candidate]], winner: tuple[int, int], *, ax: Axes | None = None) -> Axes:
    """Draw a column for each step of the search, with its candidates from the best on top to the worst.

    Args:
        steps: of each the candidates, best first: the rank in the step before of what it extends, its last token, the
            log-probability of all its tokens, and "kept" (blue), "ended" (green) or "dropped" (white).
        winner: step and rank of the output that is chosen; the way to it is drawn thick.

    Raises:
        CourseError: no step, or a winner that is not there.
    """
    if not steps or not (0 <= winner[0] < len(steps) and 0 <= winner[1] < len(steps[winner[0]])):
        raise CourseError(f"expected steps and one of their candidates as the winner, got {len(steps)} and {winner}")
    rows = max(map(len, steps))
    page = Page(WIDTH, BELOW + ROW * rows, f"Tree of a beam search of {len(steps)} steps, a column for each", ax)
    tree = Tree(page, rows, len(steps), [token for step in steps for _, token, *_ in step])
    way, before = set(way_to(steps, winner)), [tree.root()]
    for number, step in enumerate(steps):
        boxes = [tree.box(number, rank, *candidate[1:]) for rank, candidate in enumerate(step)]
        for rank, (parent, *_) in enumerate(step):
            tree.join(before[parent], boxes[rank], (number, rank) in way)
        before = boxes
    return tree.page.ax


class Tree:
    """Where the boxes stand, and how large their words can be."""

    def __init__(self, page: Page, rows: int, steps: int, tokens: list[str]):
        self.page, self.rows, self.pitch = page, rows, (WIDTH - 2 * LEFT) / steps
        self.width = min(self.pitch - 0.25, 1.2)
        self.size = min(WORDS, WORDS * 0.92 * self.width / text_width(max(tokens, key=len), WORDS))

    def height(self, rank: int) -> float:
        """Where a row is."""
        return ROW * (self.rows - rank - 0.5) + BELOW / 2

    def root(self) -> Box:
        """Draw what every output begins with."""
        return self.page.box(LEFT, self.height(0), 0.7, HEIGHT, "BOS", GRAY, WORDS)

    def box(self, number: int, rank: int, token: str, total: float, status: str) -> Box:
        """Draw a candidate."""
        x, words = LEFT + 0.35 + self.pitch * (number + 1) - self.width / 2, f"{token}\n{total:.2f}".replace("-", "−")
        color, strength = STATUSES[status]
        return self.page.box(x, self.height(rank), self.width, HEIGHT, words, color, self.size, strength)

    def join(self, parent: Box, child: Box, thick: bool) -> None:
        """Draw a line from an output to what extends it."""
        (x0, y0), (x1, y1) = parent.right, child.left
        look = {"color": INK, "linewidth": 3.5} if thick else {"color": GRAY, "linewidth": 1}
        self.page.ax.plot([x0, x1], [y0, y1], zorder=1, **look)


def way_to(steps: Sequence[Sequence[Candidate]], winner: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Step and rank of each candidate on the way to the winner, from its end."""
    step, rank = winner
    while step >= 0:
        yield step, rank
        step, rank = step - 1, steps[step][rank][0]
