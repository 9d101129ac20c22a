"""A live page in a browser: what a reader does there, and what there is to see."""


class PageInBrowser:
    """The page that is open. Controls are known by their `data-key`."""

    def __init__(self, tab):
        self.tab = tab

    def click(self, key):
        """Press a button, or tick a box."""
        self.tab.locator(f'[data-key="{key}"]').first.dispatch_event("click")

    def texts(self, selector):
        """What the elements that fit the selector say."""
        return self.tab.locator(selector).all_text_contents()

    def type(self, text):
        """Write into the field, and leave it."""
        self.tab.locator("#text").fill(text)
        self.tab.locator("#text").blur()

    def wait(self, condition):
        """Until a JavaScript expression is true."""
        look = f"const look = () => ({condition}) ? done() : setTimeout(look, 10)"
        self.tab.evaluate(f"new Promise((done) => {{ {look}; look(); }})")

    @property
    def status(self):
        return self.texts(".status")[0]

    @property
    def output(self):
        return self.texts(".output .text")[0]

    @property
    def complaints(self):
        """Requests, exceptions and messages on the console."""
        return self.tab.complaints


def opened(tab, file):
    """Yield the page in a file, opened in this tab; afterwards nothing may have gone wrong in it."""
    tab.goto(file.as_uri())
    page = PageInBrowser(tab)
    page.wait("document.querySelector('.output').children.length")
    yield page
    assert page.complaints == []
