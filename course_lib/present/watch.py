"""A deck that follows its notebook: served to this machine only, and loaded again whenever the notebook is saved."""

import contextlib
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.present.explain import LivePage

LIVE = re.compile(r"/live/(\w+)\.html")

# The place in the deck stands in the address, so it stays.
RELOAD = """<script>
(async () => {
  const saved = async () => (await fetch("saved")).text();
  const first = await saved();
  while (await saved() === first) await new Promise(done => setTimeout(done, 500));
  location.reload();
})();
</script>"""


def deck_server(notebook: Path, build: Callable[[Path], str], port: int = 0) -> ThreadingHTTPServer:
    """A server, not yet started, of live pages and of what `build` makes of the notebook; port 0 takes a free one.

    Where the notebook can't be read, as while it is being written, the page says so until it can.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/saved":
                self.answer(str(notebook.stat().st_mtime_ns))
            elif self.path.partition("?")[0] == "/":
                try:
                    self.answer(build(notebook) + RELOAD)
                except CourseError as error:
                    self.answer(f"<pre>{error}</pre>{RELOAD}")
            elif model := LIVE.fullmatch(self.path):
                self.answer_alive(model[1])
            else:
                self.send_error(404)

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
