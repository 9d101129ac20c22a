"""A deck whose code runs: jupyter-server, on this machine only, with the deck, live pages, one kernel and nothing else.

A request must bring the token of the address, or the cookie that the server gives in exchange, and must come from no
other page. Of jupyter-server's own addresses only those that the deck asks for are served.
Source: Jupyter Server, "Security in the Jupyter Server"; "Messaging in Jupyter" for what `templates/live` says to it.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn

from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.handlers import KernelActionHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.web import HTTPError, authenticated

from course_lib.errors import CourseError
from course_lib.workshop.present.explain import LivePage

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
    """jupyter-server with a list of what it serves: no lab, no files, no terminals, and nobody's own settings."""

    default_services = ()

    def load_config_file(self, suppress_errors: bool = True) -> None:
        """Nothing: what Jupyter is set to on this machine might open this server to others."""

    def serve_only(self, handlers: list[tuple]) -> None:
        """Forget all addresses of Jupyter's own, and serve these."""
        self.web_app.wildcard_router.rules.clear()
        self.web_app.add_handlers(".*", handlers)

    def serve(self) -> None:
        """Until Ctrl-C, or until the process is told to end; then the kernel ends, too."""
        try:
            self.start_ioloop()
        finally:
            self.io_loop.run_sync(self.cleanup_kernels)


class OwnHandler(JupyterHandler):
    """Answers only its own pages, and says in plain words why it answers nothing."""

    def get_login_url(self) -> NoReturn:
        raise HTTPError(403, "the token is missing: open the address that the command printed")

    def write_error(self, status_code: int, **details: Any) -> None:
        message = getattr(details["exc_info"][1], "log_message", None)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(message or HTTPStatus(status_code).phrase)

    def refuse_other_pages(self) -> None:
        """Raises HTTPError for a request that another page sent."""
        if not self.check_origin():
            raise HTTPError(403, "the request comes from another page")


class Page(OwnHandler):
    """The deck: what `build` makes for the kernel with this id."""

    def initialize(self, build: Callable[[str], str], kernel: str) -> None:
        self.build, self.kernel = build, kernel

    @authenticated
    def get(self) -> None:
        self.refuse_other_pages()
        if self.get_argument("token", ""):
            return self.redirect("/")  # the cookie is set: a room need not see the token in the address
        _ = self.xsrf_token  # who asks for it sets the cookie that the page sends back
        try:
            self.finish(self.build(self.kernel))
        except CourseError as error:
            raise HTTPError(500, str(error)) from None


class ModelPage(OwnHandler):
    """The live page of a model, which the deck opens."""

    @authenticated
    def get(self, name: str) -> None:
        self.refuse_other_pages()
        try:
            self.finish(LivePage(name).html())
        except CourseError as error:
            raise HTTPError(404, str(error)) from None


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
    server.serve_only(
        [
            ("/", Page, {"build": build, "kernel": kernel}),
            (r"/live/(\w+)\.html", ModelPage),
            (f"/api/kernels/(?P<kernel_id>{kernel})/(?P<action>restart|interrupt)", KernelActionHandler),
            (f"/api/kernels/(?P<kernel_id>{kernel})/channels", KernelWebsocketHandler),
        ]
    )
    return server
