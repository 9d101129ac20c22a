"""An exported notebook with viewers in it, and what a test can see and do there."""

import json

import nbformat

from course_lib.present.exporter import LessonPage


def exported(views):
    """The page of a notebook with these outputs."""
    bundles = [{"text/html": view.data, "text/plain": repr(view)} for view in views]
    outputs = [nbformat.v4.new_output("display_data", bundle) for bundle in bundles]
    cells = [nbformat.v4.new_code_cell("view_attention(...)", outputs=[output]) for output in outputs]
    return LessonPage().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0]


def complaints(events):
    """Exceptions, console messages and requests that a page caused."""
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    others = [url for url in asked if not url.startswith(("file:", "data:"))]
    said = [event for event in events if event["method"] in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled")]
    return others + said + [event["params"]["entry"] for event in events if event["method"] == "Log.entryAdded"]


class ViewerOnPage:
    """One viewer of the page that is open: what it shows, and what a reader does to it."""

    def __init__(self, browser, index=0):
        self.browser = browser
        self.root = f"document.querySelectorAll('[data-attention-viewer]')[{index}].shadowRoot"

    def each(self, selector, value):
        """`value`, JavaScript that may speak of `item`, for each element that fits the selector."""
        found = f"[...{self.root}.querySelectorAll({json.dumps(selector)})]"
        return self.browser.evaluate(f"{found}.map(item => {value})")

    def texts(self, selector):
        return self.each(selector, "item.textContent")

    @property
    def status(self):
        return self.texts(".status")[0]

    @property
    def theme(self):
        return self.each(".viewer", "item.dataset.theme")[0]

    def lines(self):
        """What is drawn: (head, row, column) -> weight."""
        group = ".single" if self.texts(".has-token") else ".overview"
        numbers = "['head', 'row', 'column', 'weight'].map(name => Number(item.dataset[name]))"
        drawn = self.each(f"{group} .line", numbers)
        return {tuple(place): weight for *place, weight in drawn}

    def hover(self, selector, index=0):
        self.browser.move_mouse(*self.place(selector, index))

    def click(self, selector, index=0):
        self.browser.click(*self.place(selector, index))

    def place(self, selector, index):
        item = f"{self.root}.querySelectorAll({json.dumps(selector)})[{index}]"
        self.browser.evaluate(f"{item}.scrollIntoView({{block: 'nearest'}})")
        box = self.browser.evaluate(f"{item}.getBoundingClientRect().toJSON()")
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
