"""A deck that follows its notebook: served to this machine only, and loaded again whenever the notebook is saved."""

import contextlib
import re
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.workshop.present.explain import LivePage

LIVE = re.compile(r"/live/(\w+)\.html")

# The address has the place in the deck, so the deck opens there again. While the notebook is being replaced, or the
# server doesn't answer, there is nothing to compare.
RELOAD = """<script>
(async () => {{
  const shown = "{saved}";
  const saved = () => fetch("saved").then(answer => answer.text()).catch(() => "");
  for (let now = ""; !now || now === shown; now = await saved()) await new Promise(done => setTimeout(done, 500));
  location.reload();
}})();
</script>"""


def time_saved(notebook: Path) -> str:
    """Return when the notebook was saved, or "" if it isn't there."""
    try:
        return str(notebook.stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


def deck_server(notebook: Path, build: Callable[[Path], str], port: int = 0) -> ThreadingHTTPServer:
    """A server, not yet started, of live pages and of what `build` makes of the notebook; port 0 takes a free one.

    If the notebook can't be read, as while it is being written, the page says so until it can. Pages of other servers
    get no answer, also if their name leads to this machine.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.is_own_page():
                self.send_error(403)
            elif self.path == "/saved":
                self.answer(time_saved(notebook))
            elif self.path.partition("?")[0] == "/":
                reload = RELOAD.format(saved=time_saved(notebook))
                try:
                    self.answer(build(notebook) + reload)
                except CourseError as error:
                    self.answer(f"<pre>{escape(str(error))}</pre>{reload}")
            elif model := LIVE.fullmatch(self.path):
                self.answer_alive(model[1])
            else:
                self.send_error(404)

        def is_own_page(self) -> bool:
            names = [f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")]
            origin = self.headers["Origin"]
            return self.headers["Host"] in names and (not origin or origin.removeprefix("http://") in names)

        def answer_alive(self, name: str) -> None:
            try:
                self.answer(LivePage(name).html())
            except CourseError as error:
                self.send_error(404, explain=str(error))

        def answer(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever asked has gone
                self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Nothing: a line each half a second would hide the address."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
