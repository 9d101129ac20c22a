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

    def type(self, text):
        """Write into the field, and leave it."""
        value = json.dumps(text)
        self.browser.evaluate(f"""(() => {{
            const field = document.getElementById("text");
            field.value = {value};
            field.dispatchEvent(new Event("change"));
        }})()""")

    def wait(self, condition):
        """Until a JavaScript expression is true."""
        look = f"const look = () => ({condition}) ? done() : setTimeout(look, 10)"
        self.browser.evaluate(f"new Promise((done) => {{ {look}; look(); }})")

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


def opened(browser, file):
    """Yield the page in a file, opened anew; afterwards nothing may have gone wrong in it."""
    browser.open(file.as_uri())
    page = PageInBrowser(browser)
    page.wait("document.querySelector('.output').children.length")
    yield page
    assert page.complaints == []
