"""A deck whose code runs: jupyter-server, on this machine only, with the deck, live pages, one kernel and nothing else.

Who asks brings the token of the address, or the cookie that it is exchanged for, and comes from no other page.
Source: Jupyter Server, "Security in the Jupyter Server"; "Messaging in Jupyter" for what `templates/live` says to it.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado.web import HTTPError, authenticated

from course_lib.errors import CourseError
from course_lib.present.explain import LivePage

KERNEL = {
    "kernel_name": "python3",
    "path": "",  # the folder of the server
    "extra_arguments": ["--log-level=ERROR"],  # each start would come with a warning about encryption
}


class SameOrigin(IdentityProvider):
    """Asks for the token, and for the origin even of those who have it."""

    def should_check_origin(self, handler: JupyterHandler) -> bool:
        return True


class LiveServer(ServerApp):
    """jupyter-server with its kernels alone: no lab, no terminals, and nobody's own settings."""

    default_services = ("kernels",)

    def load_config_file(self, suppress_errors: bool = True) -> None:
        """Nothing: what Jupyter is set to on this machine might open this server to others."""

    def serve(self) -> None:
        """Until Ctrl-C, or until the process is told to end; then the kernel ends, too."""
        try:
            self.start_ioloop()
        finally:
            self.io_loop.run_sync(self.cleanup_kernels)


class Page(JupyterHandler):
    """The deck: what `build` makes for the kernel with this id."""

    def initialize(self, build: Callable[[str], str], kernel: str) -> None:
        self.build, self.kernel = build, kernel

    @authenticated
    def get(self) -> None:
        if not self.check_origin():
            raise HTTPError(403)
        if self.get_argument("token", ""):
            return self.redirect("/")  # the cookie is set: a room need not see the token in the address
        _ = self.xsrf_token  # who asks for it sets the cookie that the page sends back
        try:
            self.finish(self.build(self.kernel))
        except CourseError as error:
            raise HTTPError(500, str(error)) from None


class ModelPage(JupyterHandler):
    """The live page of a model, which the deck opens."""

    @authenticated
    def get(self, name: str) -> None:
        if not self.check_origin():
            raise HTTPError(403)
        try:
            self.finish(LivePage(name).html())
        except CourseError as error:  # Jupyter's own page for 404 would not say it
            self.set_status(404)
            self.set_header("Content-Type", "text/plain")
            self.finish(str(error))


def live_server(folder: Path, build: Callable[[str], str], port: int = 0) -> LiveServer:
    """A server, not yet serving, with a kernel that runs in `folder`; port 0 takes one that is free.

    Its `local_url` is the address with the token.
    """
    server = LiveServer(
        ip="127.0.0.1",
        port=port,
        root_dir=str(folder),
        identity_provider_class=SameOrigin,
        allow_root=True,
        answer_yes=True,  # Ctrl-C asks nothing
        log_level=logging.CRITICAL,
    )
    server.initialize(argv=[], find_extensions=False)
    kernel = server.io_loop.run_sync(lambda: server.kernel_manager.start_kernel(**KERNEL))
    pages = [("/", Page, {"build": build, "kernel": kernel}), (r"/live/(\w+)\.html", ModelPage)]
    server.web_app.add_handlers(".*", pages)
    return server
