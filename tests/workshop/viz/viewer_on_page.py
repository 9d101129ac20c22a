"""An exported notebook with viewers in it, and what a test can see and do there."""

import nbformat

from course_lib.workshop.present.exporter import LessonPage


def exported(views):
    """The page of a notebook with these outputs."""
    bundles = [{"text/html": view.data, "text/plain": repr(view)} for view in views]
    outputs = [nbformat.v4.new_output("display_data", bundle) for bundle in bundles]
    cells = [nbformat.v4.new_code_cell("view_attention(...)", outputs=[output]) for output in outputs]
    return LessonPage().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0]


class ViewerOnPage:
    """One viewer of the page that is open: what it shows, and what a reader does to it."""

    def __init__(self, page, index=0):
        self.page = page
        self.root = page.locator("[data-attention-viewer]").nth(index)

    def each(self, selector, value):
        """`value`, JavaScript that may speak of `item`, for each element that fits the selector."""
        return self.root.locator(selector).evaluate_all(f"items => items.map(item => {value})")

    def texts(self, selector):
        return self.root.locator(selector).all_text_contents()

    @property
    def status(self):
        return self.texts(".status")[0]

    def wait_for_theme(self, theme):
        self.root.locator(f".viewer[data-theme={theme}]").wait_for(timeout=60_000)

    def lines(self):
        """What is drawn: (head, row, column) -> weight."""
        group = ".single" if self.texts(".has-token") else ".overview"
        numbers = "['head', 'row', 'column', 'weight'].map(name => Number(item.dataset[name]))"
        drawn = self.each(f"{group} .line", numbers)
        return {tuple(place): weight for *place, weight in drawn}

    def hover(self, selector, index=0):
        self.root.locator(selector).nth(index).hover(force=True)

    def click(self, selector, index=0):
        self.root.locator(selector).nth(index).click()
