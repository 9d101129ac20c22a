"""A live page in a browser: what a reader does there, and what there is to see."""

import json

from tests.viz.viewer_on_page import complaints


class PageInBrowser:
    """The page that is open. Controls are known by their `data-key`."""

    def __init__(self, browser):
        self.browser = browser

    def click(self, key):
        """Press a button, or tick a box."""
        self.browser.evaluate(f"document.querySelector('[data-key=\"{key}\"]').click()")

    def texts(self, selector):
        """What the elements that fit the selector say."""
        return self.browser.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")

    def type(self, text, into="sentence"):
        """Write into a field, and wait until the page has read it."""
        value = json.dumps(text)
        self.browser.evaluate(f"""(() => {{
            const field = document.getElementById("{into}");
            field.value = {value};
            field.dispatchEvent(new Event("input"));
            return new Promise((done) => setTimeout(done, 400));
        }})()""")

    @property
    def status(self):
        return self.texts(".status")[0]

    @property
    def output(self):
        return self.texts(".output .text")[0]

    @property
    def complaints(self):
        """Requests, exceptions and messages on the console."""
        return complaints(self.browser.events)
