"""How an assistant is made (slide "LLMs learning: three main steps"; Ouyang et al. 2022, figure 2)."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from course_lib.errors import CourseError
from course_lib.workshop.viz.blocks import Page
from course_lib.workshop.viz.style import COLORS, GRAY, shade

STEPS = ("Self-supervised step", "Supervised step", "Reinforcement Learning")
LEARNS = ("learns to say\nthe next token", "learns to say\nthe answer", "learns to earn\nmore reward")
MODELS = ("base model", "chat model", "aligned model")
ROLES = ("encoder", "feed_forward", "decoder")
LEFT, PITCH, WIDTH = 1.75, 3.2, 2.5  # of the columns: first center, from one to the next, their boxes
DATA, MODEL, RESULT = 3.2, 1.25, 0.5  # heights
WORDS = 12


def draw_three_steps(data: Sequence[str], results: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw the three steps from left to right: what each reads, what it learns, and the model that comes out.

    Args:
        data: a text for each step, such as "20,000 stories".
        results: a text for each model, below it.

    Raises:
        CourseError: not three texts each.
    """
    if len(data) != 3 or len(results) != 3:
        raise CourseError(f"there are three steps; got {len(data)} texts about data and {len(results)} about results")
    page = Page(9.9, 4.45, "Diagram of the three steps from a base model to an aligned model", ax)
    models = []
    for i, (step, learns, name, role) in enumerate(zip(STEPS, LEARNS, MODELS, ROLES, strict=True)):
        x, color = LEFT + PITCH * i, COLORS[role]
        page.frame(x - 1.45, 0.12, x + 1.45, 4.33, color=color)
        page.badge(x - 1.2, 4.02, i + 1)
        page.text(x - 0.95, 4.02, step, WORDS, shade(color, 0.6), ha="left", weight="bold")
        source = page.box(x, DATA, WIDTH, 0.8, data[i], GRAY, WORDS)
        model = page.box(x, MODEL, WIDTH - 0.5, 0.6, name, color)
        page.arrow(source.bottom, model.top)
        page.text(x + 0.1, (source.bottom[1] + model.top[1]) / 2, learns, WORDS - 1, ha="left")
        page.text(x, RESULT, results[i], WORDS, shade(COLORS["good"]), weight="bold")
        models.append(model)
    for before, after in zip(models, models[1:], strict=False):
        page.arrow(before.right, after.left)
    return page.ax
