"""A deck whose code runs, served by a process of its own as the command does it, and what asks it and looks at it."""

import contextlib
import re
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

PROGRAM = """
import sys; from pathlib import Path
from course_lib.workshop.cli.present import serve_live
serve_live(Path(sys.argv[1]))
"""
SOCKET = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


class Served:
    """The deck of a notebook; `address` has the token, `origin` has not."""

    def __init__(self, notebook):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(notebook)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.address = re.search(r"http://\S+", self.process.stdout.readline())[0]
        self.origin, self.token = self.address.split("/?token=")

    def ask(self, path, method="GET", **headers):
        """The status of the answer, the cookies that it sets, and its text."""
        with contextlib.closing(HTTPConnection(urlsplit(self.origin).netloc, timeout=120)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            cookies = [cookie.partition(";")[0] for cookie in answer.headers.get_all("Set-Cookie", [])]
            return answer.status, "; ".join(cookies), "" if answer.status == 101 else answer.read().decode()

    @property
    def kernel(self):
        """The id of the one that the deck talks to."""
        cookie = self.ask(f"/?token={self.token}")[1]
        return re.search(r'data-kernel="(.+?)"', self.ask("/", Cookie=cookie)[2])[1]

    def end(self, signal):
        """Tell the process to end, and wait until it has."""
        self.process.send_signal(signal)
        self.process.communicate(timeout=120)


class LiveCode:
    """The cell that is open in a deck."""

    def __init__(self, page):
        self.page = page
        self.code = page.locator("#live [role=textbox]")
        self.output = page.locator("#live .output")
        self.status = page.locator("#live form output")

    def wait_for(self, told, seconds=120):
        self.status.filter(has_text=told).wait_for(timeout=1000 * seconds)

    @property
    def lines(self):
        """Those of the code, as the reader sees them."""
        return self.code.inner_text().rstrip().splitlines()

    def open(self, cell):
        """Leave the cell that is open for the one with this id."""
        self.page.keyboard.press("Escape")
        self.page.evaluate("cell => live.open(cell)", cell)
        self.wait_for("Ready.")

    def type_at_end(self, text):
        """Press the keys of `text` behind the code."""
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def run(self, code=None, told="It ran."):
        """What comes out of the code, or of what stands there."""
        if code:
            self.code.fill(code)
        self.page.keyboard.press("Shift+Enter")
        self.wait_for(re.compile(f"{re.escape(told)}|did not end well"))
        assert told in self.status.inner_text(), self.output.inner_text()
        return self.output.inner_text().strip()

    def press(self, name):
        self.page.locator(f"#live button[name={name}]").click()
