"""A browser without a window, driven through the DevTools protocol over two pipes: no driver, no port, no package."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
PATIENCE = 60  # seconds until a browser that does not answer is given up
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "ArrowRight": 39, "ArrowDown": 40}


def find_browser():
    """The path of a Chromium or Chrome, or None. The two pipes need a POSIX shell."""
    return next(filter(None, map(shutil.which, NAMES)), None) if os.name == "posix" else None


class BrowserError(OSError):
    """The browser does not start, does not answer, or cannot open a page."""


class Browser:
    """One browser with one page. `events` keeps what that page reported: requests, console, exceptions."""

    def __init__(self, path, folder, width=1000, height=900):
        options = (f"--window-size={width},{height}", f"--user-data-dir={folder}")
        # The browser listens on descriptor 3 and answers on descriptor 4.
        self._process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null', "sh", path, *FLAGS, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self.events, self._received, self._session, self._numbers = [], b"", None, itertools.count(1)

    def __enter__(self):
        try:
            self._attach()
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        """Closing its pipe ends the browser."""
        self._process.communicate(timeout=PATIENCE)

    def _attach(self):
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.command("Network.emulateNetworkConditions", offline=True, **speed)

    def command(self, method, **parameters):
        """Send one command and return its result."""
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._process.stdin.write(json.dumps(message).encode() + b"\0")
        return self._wait_for(lambda answer: answer.get("id") == message["id"])["result"]

    def open(self, url):
        """Load a page, and wait until all of its scripts have run."""
        self.events.clear()
        failure = self.command("Page.navigate", url=url).get("errorText")
        if failure:
            raise BrowserError(f"{url}: {failure}")
        is_loaded = "document.readyState === 'complete'"
        self.evaluate(f"new Promise(done => {is_loaded} ? done() : addEventListener('load', done))")

    def evaluate(self, expression):
        """The value of a JavaScript expression."""
        answer = self.command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def move_mouse(self, x, y):
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, x, y):
        self.move_mouse(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key):
        text = {"text": "\r"} if key == "Enter" else {}
        code = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        self.command("Input.dispatchKeyEvent", type="keyDown", **code, **text)
        self.command("Input.dispatchKeyEvent", type="keyUp", **code)

    def prefer(self, theme):
        """Say that the reader likes "dark" or "light" pages."""
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        next_frame = "new Promise(requestAnimationFrame)"
        self.evaluate(f"{next_frame}.then(() => {next_frame})")

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot", captureBeyondViewport=True)["data"]))

    def _wait_for(self, is_wanted):
        """Read messages up to the wanted one; the others are kept as events."""
        until = time.monotonic() + PATIENCE
        while True:
            message = self._next_message(until)
            assert "error" not in message, message["error"]
            if is_wanted(message):
                return message
            self.events.append(message)

    def _next_message(self, until):
        while b"\0" not in self._received:
            answers, patience = self._process.stdout, max(0, until - time.monotonic())
            if not select.select([answers], [], [], patience)[0]:
                raise BrowserError("the browser is silent")
            chunk = answers.read(1 << 16)
            if not chunk:
                raise BrowserError("the browser has gone")
            self._received += chunk
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)
