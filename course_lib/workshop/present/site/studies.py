"""The pages of the studies: what each asked, its arms, and what was measured. Lessons link each number to them."""

from collections.abc import Iterator
from typing import Any

from course_lib.files import read_json
from course_lib.runtime import REPOSITORY

CARDS = REPOSITORY / "data" / "studies"


def study_pages() -> dict[str, str]:
    """A page for each card, by its path, as MyST Markdown."""
    return {f"studies/{path.stem}.md": study_page(path.stem, read_json(path)) for path in sorted(CARDS.glob("*.json"))}


def study_page(name: str, card: dict[str, Any]) -> str:
    """What one study asked, and what came out."""
    arms = "\n".join(f"- **{arm}**{changes(content['changes'])}" for arm, content in card["arms"].items())
    table = "\n".join(f"| {arm} | {number} | {text} |" for arm, number, text in rows(card))
    return f"""(study-{name})=
# {name}

{card["question"]}

{arms}

| Arm | Number | Mean (lowest to highest of the seeds) |
| --- | --- | --- |
{table}

{how_many(card)} [How it is measured](#course_lib.workshop.studies.{name});
[all numbers](/data/studies/{name}.json) as JSON.
"""


def changes(settings: dict[str, Any]) -> str:
    """What an arm changes."""
    return ": " + ", ".join(f"`{key} = {value}`" for key, value in settings.items()) if settings else ""


def how_many(card: dict[str, Any]) -> str:
    """The seeds of all arms, and the minutes that they took."""
    counts = sorted({len(arm["seeds"]) for arm in card["arms"].values()})
    return f"Seeds for each arm: {' or '.join(map(str, counts))}; {card['minutes']:.0f} minutes in all."


def rows(card: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Arm, number and what was measured, over the seeds; of a curve its first and its last point."""
    for arm, content in card["arms"].items():
        runs = list(content["seeds"].values())
        for number, value in runs[0].items():
            if isinstance(value, list):
                ends = (over_seeds([run[number][place] for run in runs]) for place in (0, -1))
                yield arm, f"{number}, {len(value)} points", " … ".join(ends)
            else:
                yield arm, number, over_seeds([run[number] for run in runs])


def over_seeds(values: list[float]) -> str:
    """The mean and the range of some numbers."""
    return f"{sum(values) / len(values):.3g} ({min(values):.3g} to {max(values):.3g})"
