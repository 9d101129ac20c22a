"""A live page in a browser: what a reader does there, and what there is to see."""

from course_lib.models import save_model
from course_lib.workshop.present.explain import LivePage

HOSTILE_TEXTS = {  # and which words of them the translator says that it has never met
    "<script>alert(1)</script>": None,
    "<img src=x onerror=alert(1)> & \"quotes\" 'and' `more`": None,
    "</script><!--": None,
    "${x} {{y}} %s \\u003c \\": None,
    "<eos> <bos> <pad>": None,
    "este 👩‍👩‍👧 é 🇵🇹 livro": "👩",
    "זה ספר مرحبا": "“זה” “ספר” “مرحبا”",
    "\u202eorvil o é este\u202c": "orvil",
    "漢字かな交じり文": "漢字かな交じり文",
    "e\u0301 e\u0301 e\u0301": None,
    "\u0000\u0007\ufeff\u200b x": None,
    "ESTE É O PRIMEIRO LIVRO.": None,
    "1234567890 3,14 ½": "½",
    "um\tdois\nlivro": None,
    "! ? ... ,,, ;;;": None,
}


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


def written(folder, model, *preparers, lessons=None):
    """The file with the page of a model that is saved in this folder first."""
    save_model(model, folder, *preparers)
    file = folder.with_name(f"{folder.name}.html")
    file.write_text(LivePage(folder, lessons).html(), encoding="utf-8")
    return file


def opened(tab, file):
    """Yield the page in a file, opened in this tab; afterwards nothing may have gone wrong in it."""
    tab.goto(file.as_uri())
    page = PageInBrowser(tab)
    page.wait("document.querySelector('.output').children.length")
    yield page
    assert page.complaints == []
