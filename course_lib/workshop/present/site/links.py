"""Links to files of the repository, which lead to their pages on the site."""

import re

from nbformat import NotebookNode

from course_lib.workshop.present.links import Links

UP = r"(?:\.\./)+"
MODULE = r"(course_lib(?!/workshop/cli)(?:/\w+)+)\.py"  # a file of the library
CARD = r"data/studies/(\w+)\.json"  # what a study measured
PAGE = r"(.+)\.(?:ipynb|md)"


def with_links_to_pages(cell: NotebookNode) -> NotebookNode:
    """The cell, whose links to files of the library and to cards of studies lead to their pages; Sphinx finds these."""
    if cell.cell_type != "markdown":
        return cell
    source = re.sub(rf"\]\({UP}{MODULE}\)", lambda link: f"](#{name_of(link[1])})", cell.source)
    return NotebookNode(cell, source=re.sub(rf"\]\({UP}{CARD}(?: \"[^\"]*\")?\)", r"](#study-\1)", source))


def page_of(path: str) -> str:
    """Return the address of a file's page, as the folder of the decks finds it; "" if it has none."""
    if module := re.fullmatch(MODULE, path):
        return f"../library/{room_of(name_of(module[1]))}.html#module-{name_of(module[1])}"
    if card := re.fullmatch(CARD, path):
        return f"../studies/{card[1]}.html"
    page = re.fullmatch(PAGE, path)
    return f"../{page[1]}.html" if page else ""


def room_of(name: str) -> str:
    """Return the package in which a module is, of the library or of its workshop; "course_lib" if it is in none."""
    _, *inside, _ = name.split(".")
    return next((part for part in inside if part != "workshop"), "course_lib")


def name_of(module: str) -> str:
    """Return the name by which Python knows a file of the library."""
    return module.replace("/", ".")


ON_SITE = Links(page_of, "the lesson")
