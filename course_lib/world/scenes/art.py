"""The drawings that scenes are composed of: SVG files in the folder `drawings`, made for this course."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "drawings"


@dataclass(frozen=True)
class Drawing:
    """A drawing read from an SVG file, with its size and the SVG code of its shapes."""

    width: float
    height: float
    shapes: str

    @property
    def is_colored(self) -> bool:
        """True if parts of the drawing get the color that a scene chooses for the thing."""
        return 'class="colour"' in self.shapes or 'class="line"' in self.shapes


@cache
def drawing(name: str) -> Drawing:
    """Load the drawing of a noun, a kind of person, or a place by its name."""
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    width, height = re.search(r'viewBox="0 0 (\S+) (\S+)"', text).groups()
    return Drawing(
        float(width), float(height), text[text.index("</style>") + 8 : text.rindex("</svg>")].replace("\n", "")
    )
