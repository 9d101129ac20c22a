"""What axe finds on a page (Deque's rules for the W3C's guidelines, WCAG)."""

from axe_playwright_python.sync_playwright import Axe


def barriers(page):
    """What keeps readers out: each finding that is serious or critical, and where it is."""
    found = Axe().run(page).response["violations"]
    return [
        (finding["id"], node["target"])
        for finding in found
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]
